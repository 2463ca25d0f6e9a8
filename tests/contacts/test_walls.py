"""Two organizations with the same addresses: nothing crosses, whichever page or call is tried."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.actions import create_api_key
from accounts.models import ApiKey
from accounts.policy import ORGANIZATION
from contacts import actions, urls
from contacts.access.searching import CONTACTS
from contacts.actions import Synced
from contacts.entries import ContactEntry
from contacts.models import Conflict, Contact, Datum, FieldLock, ImportRun, PastDatum, Proposal
from flow.paging import cursor_of
from tests import make
from tests.contacts.imports import imported, uploaded
from tests.contacts.people import MOBILE, OTHER_MOBILE, People, browser_of, make_contact, set_policy
from zivweb.api import api, known_api

JAN, SECRET, THEIR_ID = "jan@example.nl", "Only Ours", "crm-42"
OURS = (Contact, Datum, PastDatum, Conflict, FieldLock, Proposal, ImportRun, ApiKey)
PATTERNS = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
WITH_ID = [pattern for pattern in PATTERNS if "<" in str(pattern.pattern)]
WITHOUT_ID = [pattern for pattern in PATTERNS if "<" not in str(pattern.pattern)]


@pytest.fixture
def ours(people: People) -> dict[str, int]:
    """Everything that our organization has; the ids by the name of the page that takes them."""
    contact = make_contact(people.admin, JAN, ORGANIZATION, name=SECRET)
    entry = ContactEntry(ORGANIZATION, JAN, SECRET, OTHER_MOBILE)
    actions.save_contact(people.admin, entry, contact)
    imported(people.admin, f"{JAN},{SECRET},{MOBILE},,")
    actions.keep_ours(people.admin, Conflict.objects.get())
    imported(people.admin, f"{JAN},{SECRET},+31687654321,,", source="sync:CRM")
    set_policy(people.owner, organization_book="propose")
    actions.propose(people.owner, entry, contact)
    run = uploaded(people.admin, f"{JAN},{SECRET},{MOBILE},,")
    synced = Synced(THEIR_ID, "els@example.nl", SECRET, (MOBILE,))
    actions.sync_contacts(people.admin.organization, "CRM", [synced])
    past = PastDatum.objects.order_by("pk")[0]
    return {
        "pk": contact.pk,
        "past_pk": past.pk,
        "run": run.pk,
        "lock": FieldLock.objects.get().pk,
    }


def url_of(pattern: URLPattern, ids: dict[str, int]) -> str:
    """Return a page's address with our ids in it."""
    name = str(pattern.name)
    pk = ids["run"] if name.startswith("import_") else ids["pk"]
    pk = {"contact_unlock": ids["lock"]}.get(name, pk)
    given: dict[str, object] = {"pk": pk, "past_pk": ids["past_pk"], "key": "abc"}
    wanted = {key: given[key] for key in pattern.pattern.converters}
    return reverse(name, kwargs=wanted)


def body_of(response: Any) -> bytes:
    """Return all of a response."""
    return b"".join(response) if response.streaming else bytes(response.content)


def stored() -> list[Any]:
    """Return all that a stranger must not be able to change."""
    return [list(model.objects.order_by("pk").values()) for model in OURS]


def of_ours(people: People) -> list[Any]:
    """Return all that our organization has, whatever others have added to their own."""
    theirs = people.stranger.organization_id
    others = {Datum: "contact", PastDatum: "contact", FieldLock: "contact"}
    return [
        list(
            model.objects.exclude(
                **{f"{others[model]}__organization" if model in others else "organization": theirs}
            )
            .order_by("pk")
            .values()
        )
        for model in OURS
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_ours_opens_for_a_stranger(
    people: People, ours: dict[str, int], method: str
) -> None:
    before = stored()
    ask = getattr(browser_of(people.stranger), method)
    form = {"name": "x", "address": JAN}
    answers = {
        str(pattern.name): ask(url_of(pattern, ours), form).status_code for pattern in WITH_ID
    }
    assert {name: code for name, code in answers.items() if code not in {302, 404, 405}} == {}
    assert stored() == before


def test_no_list_of_a_stranger_holds_ours(people: People, ours: dict[str, int]) -> None:
    browser, asked = browser_of(people.stranger), {"book": ORGANIZATION, "q": ""}
    lists = {str(each.name): browser.get(reverse(str(each.name)), asked) for each in WITHOUT_ID}
    assert [name for name, page in lists.items() if SECRET.encode() in body_of(page)] == []


@pytest.mark.parametrize("decision", ["take", "keep", "accept", "refuse"])
def test_nothing_that_a_stranger_posts_touches_ours(
    people: People, ours: dict[str, int], decision: str
) -> None:
    before, browser = of_ours(people), browser_of(people.stranger)
    form = {"book": ORGANIZATION, "action": "delete", "decision": decision, "address": JAN}
    every_id = [str(pk) for model in OURS for pk in model.objects.values_list("pk", flat=True)]
    form |= {"name": "x"}

    def touches_ours(name: str) -> bool:
        page = browser.post(reverse(name), form | {"pk": every_id})
        return SECRET.encode() in body_of(page) or of_ours(people) != before

    assert [each.name for each in WITHOUT_ID if touches_ours(str(each.name))] == []


@pytest.mark.parametrize("signed", [str, lambda key: cursor_of(CONTACTS, key)])
def test_the_place_of_a_foreign_name_is_told_by_no_cursor(
    people: People, ours: dict[str, int], signed: Callable[[int], str]
) -> None:
    make_contact(people.stranger, "aaa@example.nl", name="Aaa")
    make_contact(people.stranger, "zzz@example.nl", name="Zzz")
    browser, keys = browser_of(people.stranger), (ours["pk"], ours["pk"] + 90_000)
    pages = [browser.get("/contacts/", {"after": signed(key)}).content.decode() for key in keys]
    shown = [re.findall("Aaa|Zzz", page) for page in pages]
    assert shown[0] == shown[1] != []


def operations() -> list[tuple[str, str]]:
    """Return every call of the API."""
    return [
        (method.upper(), path)
        for made in (api, known_api)
        for path, methods in made.get_openapi_schema()["paths"].items()
        for method in methods
    ]


def test_no_call_of_another_organization_reaches_ours(people: People, ours: dict[str, int]) -> None:
    key = create_api_key(people.stranger.organization, "CRM")
    before = of_ours(people)
    client = Client(headers={"authorization": f"Bearer {key}"})

    def reaches_ours(method: str, path: str) -> bool:
        answer = client.generic(method, filled(path), body_for(method), "application/json")
        shown = SECRET in answer.content.decode() or answer.status_code not in {200, 404}
        return shown or of_ours(people) != before

    assert [each for each in operations() if reaches_ours(*each)] == []


def body_for(method: str) -> str:
    """Return what a call would delete of ours, if it could."""
    item = {"external_id": THEIR_ID, "third_party_id": THEIR_ID, "deleted": True, "email": JAN}
    return json.dumps(item if method == "PUT" else {"contacts": [item]})


def filled(path: str) -> str:
    """Return the address of a call with the id that our system has for our contact."""
    filled = re.sub(r"\{\w+\}", THEIR_ID, path)
    assert (THEIR_ID in filled) == ("{" in path)
    return filled


def test_a_call_of_our_own_system_finds_what_a_stranger_does_not(
    people: People, ours: dict[str, int]
) -> None:
    key = create_api_key(people.admin.organization, "CRM")
    client = Client(headers={"authorization": f"Bearer {key}"})
    assert SECRET in client.get(f"/api/v1/contacts/{THEIR_ID}").content.decode()


def test_the_drafts_that_wait_for_a_contact_are_our_own_business(
    people: People, ours: dict[str, int]
) -> None:
    draft = make.draft(people.owner, JAN, subject=SECRET)
    page = browser_of(people.stranger).get("/", {"contact": ours["pk"]}).content.decode()
    assert (SECRET in page, JAN in page, draft.pk > 0) == (False, False, True)


def test_every_page_of_the_address_books_is_walked() -> None:
    named = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    walked = {str(pattern.name) for pattern in WITH_ID + WITHOUT_ID}
    assert {name for name in named if name.startswith(("contact", "import_"))} <= walked
