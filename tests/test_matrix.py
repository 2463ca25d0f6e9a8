"""Every address, with every method, for every role: nobody gets where they may not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts import actions
from accounts.models import ApiKey, Domain, Logo, SmtpCredential, User
from tests import make
from tests.delivery.messages import released
from tests.matrix import ADMIN, KEY, LINK, MATRIX, METHODS, NOBODY, ROLES, Row

REFUSED = {401, 403, 404, 405}
ELSEWHERE = {302, *REFUSED}  # a form that is opened by its address leads to its page
NO_CONTENT = 204  # an answer to OPTIONS that only names methods
LESS = {*REFUSED, NO_CONTENT}
FEW = (NOBODY, ADMIN)  # who may least and who may most, for methods that hardly any address takes
LOGIN = ("/account/login/", "/account/reauthenticate/")


def routes(found: list[Any] | None = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the route of every address in the URL table."""
    for each in get_resolver().url_patterns if found is None else found:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        else:
            yield str(each.name), route


ROUTES = dict(sorted(routes(), reverse=True))


@dataclass
class World:
    """An organization with somebody of each role, and one of everything."""

    people: dict[str, User]
    given: dict[str, str]
    browsers: dict[str, Client] = field(default_factory=dict)

    def browser(self, role: str) -> Client:
        """Return the browser of somebody of this role."""
        if role not in self.browsers:
            known = role != NOBODY
            self.browsers[role] = make.signed_in(self.people[role]) if known else Client()
        return self.browsers[role]

    def status(self, role: str, name: str, method: str) -> int:
        """Return what comes of a request, 401 where one is to sign in first; undo what it did."""
        browser = self.browser(role)
        cookies = browser.cookies.copy()
        with transaction.atomic():
            answer = browser.generic(method, self.path(name))
            close(answer)
            transaction.set_rollback(True)
        browser.cookies = cookies  # type: ignore[assignment]
        if method == "OPTIONS" and not getattr(answer, "content", b""):
            return NO_CONTENT
        return 401 if leads_to_login(answer) else answer.status_code

    def path(self, name: str) -> str:
        """Return the address of this name that leads to what is there."""
        route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", ROUTES[name])
        route = re.sub(r"\(\?:.*?\)\?|[\^$]|/\?|\.\*", lambda m: "/" if m[0] == "/?" else "", route)
        keys = self.given | {"pk": self.given.get(name, self.given["pk"])}
        if route.startswith("messages/"):
            keys["recipient_pk"] = self.given["message_recipient_pk"]
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: keys[found[1]], route)


def close(answer: HttpResponseBase) -> None:
    """Close an answer as a server does, whatever it made of it; the test keeps its connection."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def leads_to_login(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(LOGIN)


def wrong_cells(world: World, name: str) -> list[str]:
    """Return what differs from the row of an address."""
    row, wrong = MATRIX[name], []
    told = {
        method: {role: world.status(role, name, method) for role in asked(row, method)}
        for method in METHODS
    }
    for method, found in told.items():
        for role, status in found.items():
            if row.by == LINK:
                right = status == found[NOBODY]
            elif row.by == KEY or (method in row.methods and not row.lets(role, method)):
                right = status in REFUSED
            elif method not in row.methods:
                right = status in ELSEWHERE or not row.there
            else:
                right = status not in REFUSED or not row.there
            if not right:
                wrong.append(f"{method} {name} as {role}: {status}")
    return wrong + wrong_looks(world, name, told["GET"])


def asked(row: Row, method: str) -> tuple[str, ...]:
    """Return who tries a method: all, and a few where it is none of the row's."""
    return ROLES if method == "GET" or method in row.methods else FEW


def wrong_looks(world: World, name: str, got: dict[str, int]) -> list[str]:
    """Return what HEAD and OPTIONS show of an address beyond what GET shows the same person."""
    return [
        f"{method} {name} as {role}: {status}, GET {got[role]}"
        for method in ("HEAD", "OPTIONS")
        for role in FEW
        if (status := world.status(role, name, method)) not in {got[role], *LESS}
    ]


@pytest.fixture
def world() -> World:
    """Return the world of the test."""
    place = make.organization()
    people = {role: make.user(place, role=role) for role in ROLES if role != NOBODY}
    sender, admin = people["sender"], people["admin"]
    other = make.user(place)
    held = make.draft(sender, "jan@example.nl", attachments=(make.attachment(),))
    message = released(sender=sender)
    mailbox = actions.create_mailbox(
        place, f"ward@{place.domains.get().name}", name="", language="nl", actor=admin
    )
    actions.create_smtp_credential(place, "Exchange")
    actions.create_api_key(place, "CRM")
    spare = Domain.objects.create(organization=place, name="spare.example")
    Logo.objects.create(
        organization=place, content=b"", content_type="image/png", width=9, height=9, digest="d"
    )
    contact = make.shared_contact(admin, "els@example.nl", phone=make.NUMBER)
    given = {
        "pk": str(held.pk), "recipient_pk": str(held.recipients.get().pk),
        "message_recipient_pk": str(message.recipients.get().pk),
        "attachment_pk": "1", "past_pk": "1", "key": "abc", "uidb36": "1", "external_id": "x",
        "third_party_id": "x", "uid": "00000000-0000-0000-0000-000000000000", "public_id": "x",
        "provider_id": "00000000-0000-0000-0000-000000000000",
        "name": "x", "digest": "d", "token": message.recipients.get().token,
        "contact": str(contact.pk), "contact_delete": str(contact.pk),
        "organization_person": str(other.pk), "person_active": str(other.pk),
        "person_invite": str(other.pk), "person_delegate": str(other.pk),
        "organization_mailbox": str(mailbox.pk), "mailbox_active": str(mailbox.pk),
        "domain_confirm": str(spare.pk), "domain_remove": str(spare.pk),
        "smtp_revoke": str(SmtpCredential.objects.get().pk),
        "key_revoke": str(ApiKey.objects.get().pk),
    }  # fmt: skip
    for name in ROUTES:
        if ROUTES[name].startswith("messages/"):
            given[name] = str(message.pk)
    return World(people, given)


def test_every_address_has_its_row() -> None:
    assert sorted(MATRIX) == sorted(ROUTES)


@pytest.mark.walls
@pytest.mark.slow
@pytest.mark.django_db
def test_no_cell_lets_anybody_through_who_may_not(world: World) -> None:
    assert [cell for name in ROUTES for cell in wrong_cells(world, name)] == []
