"""An organization full of secrets, and every address of the product."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from accounts.models import Domain, User
from accounts.policy import ORGANIZATION
from contacts.actions import propose, save_contact
from contacts.entries import ContactEntry
from contacts.models import Contact, ImportRun, PastDatum
from delivery.models import Message, MessageAttachment, MessageRecipient
from drafts.models import Attachment, Draft, Recipient
from intake.actions import SealedMail, Submission
from notifications.models import Notification
from tests import make
from tests.contacts.imports import imported, uploaded
from tests.delivery.messages import file, link, person, recipient_of, released
from vault.tokens import link_token

SCRIPT = "<img src=x onerror=alert(1)>"
SECRET = "zilvermeeuw"  # in what a mail says
NAME = "kwikstaart"  # in who it is about
NOT_OURS = {"sessions", "contenttypes", "auth"}  # applications whose rows are no data of ours
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
ODD = re.compile(r"[\^$?]|\(.*\)|\[.*\]|\.\*")


@dataclass(frozen=True)
class Scene:
    """Who is there, and what the addresses may hold."""

    owner: User
    admin: User
    colleague: User
    stranger: User
    draft: Draft
    guest_link: str


def make_scene() -> Scene:
    """Store an organization with something of everything, and another one beside it."""
    place = make.organization()
    owner, admin, colleague = (
        make.user(place, role=role) for role in ("sender", "admin", "sender")
    )
    address, people = f"{NAME}@example.nl", person(f"{NAME}@example.nl", name=f"{SCRIPT}{NAME}")
    contact = make.contact(admin, address, code=f"{SECRET} 12", book=ORGANIZATION)
    entry = ContactEntry(ORGANIZATION, address, f"{SCRIPT}{NAME}", make.NUMBER, code=f"{SECRET} 13")
    save_contact(admin, entry, contact)
    imported(admin, f"{address},{NAME},,{SECRET} 14,", source="sync:CRM")
    propose(owner, replace(entry, code=None), contact)
    make.contact(owner, address, phone=make.OTHER_NUMBER)
    uploaded(admin, f"{address},{NAME},,{SECRET} 15,")
    files = (make.attachment(SECRET.encode(), f"{SECRET}.pdf"),)
    subject, text = f"{SCRIPT}{SECRET}", f"{SCRIPT}{SECRET}"
    draft = make.draft(
        owner, f"{NAME}@unknown.example", subject=subject, text=text, attachments=files
    )
    mail = SealedMail()
    mail.add(SECRET.encode())
    mail.finish(Submission(place.pk, owner.pk, (address,)))
    mail.row.save()
    message = released(
        people, sender=owner, subject=subject, text=text,
        attachments=(file(SECRET.encode(), f"{SECRET}.pdf"),),
    )  # fmt: skip
    return Scene(
        owner,
        admin,
        colleague,
        make.user(role="admin"),
        draft,
        link(recipient_of(message, address)),
    )


# Which rows a number in an address names, by the beginning of its route; the longest counts.
PARENTS: dict[str, type[Model]] = {
    "contacts/import/": ImportRun, "contacts/": Contact, "demo/": Notification, "drafts/": Draft,
    "messages/": Message, "organization/domains/": Domain, "organization/": User, "radar/": Draft,
}  # fmt: skip
CHILDREN = (Recipient, Attachment, MessageRecipient, MessageAttachment, PastDatum)


def numbers_of(*models: type[Model]) -> list[str]:
    """Return a few of the oldest and newest numbers of rows."""
    found = [sorted(model._meta.base_manager.values_list("pk", flat=True)) for model in models]
    return sorted({str(pk) for pks in found for pk in pks[:2] + pks[-1:]})


def routes() -> list[str]:
    """Return every route of the product, as it is written."""
    return sorted({ODD.sub("", route) for route in _walk(get_resolver().url_patterns, "")})


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, f"{prefix}{pattern.pattern}")
        else:
            yield f"{prefix}{pattern.pattern}"


def addresses(scene: Scene) -> list[str]:
    """Return every address: each route with each id, and with the links of the scene."""
    filled = [address for route in routes() for address in _filled(route, scene)]
    return [address for address in filled if _leads_somewhere(address)]


def _leads_somewhere(address: str) -> bool:
    try:
        return bool(resolve(address))
    except Resolver404:
        return False


def _filled(route: str, scene: Scene) -> Iterator[str]:
    names = CONVERTER.findall(route)
    tokens = {"finish": link_token("finish", scene.draft.uid), "m": scene.guest_link.split("/")[-2]}
    token = tokens.get(route.partition("/")[0], "nothing")
    numbers = [name for name in names if name.endswith("pk")]
    known = [model for begin, model in PARENTS.items() if route.startswith(begin)]
    choices = [numbers_of(*(known[:1] or CHILDREN)), numbers_of(*CHILDREN)]
    for chosen in product(*choices[: len(numbers)]):
        values = dict.fromkeys(names, token) | dict(zip(numbers, chosen, strict=True))
        yield "/" + CONVERTER.sub("{\\1}", route).format(**values)


def browser(user: User | None) -> Client:
    """Return somebody's browser, signed in when they can be."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def said(client: Client, address: str, method: str = "get") -> tuple[int, str]:
    """Return the status and everything that an answer says, its headers too."""
    answer = getattr(client, method)(address)
    content = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, f"{dict(answer.headers)}\n{content.decode(errors='replace')}"


def rows() -> dict[str, int]:
    """Return a digest of each table: the same when no row changed."""
    return {
        model._meta.label: hash(
            tuple(map(str, model._meta.base_manager.order_by("pk").values_list()))
        )
        for model in apps.get_models()
        if model._meta.app_label not in NOT_OURS
    }
