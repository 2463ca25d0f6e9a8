"""The API by which other systems keep the organization's book in step."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.actions import create_api_key, revoke_api_key
from accounts.models import ApiKey
from accounts.policy import ORGANIZATION, SMS
from contacts.api import MAX_BATCH
from contacts.models import Conflict, Contact, Datum
from tests import make
from tests.contacts.people import (
    CODE,
    HINT,
    MOBILE,
    OTHER_MOBILE,
    People,
    make_contact,
)

URL = "/api/v1/contacts"
KNOWN = "/api/organization/verification_suggestions/contact_sync"
JAN = {"external_id": "42", "email": "jan@example.nl", "name": "Jan", "phones": [MOBILE]}


class Caller:
    """Another system with its key."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {key}"})

    def send(self, method: str, url: str, data: object = None, **headers: str) -> Any:
        """Send a call; return its response."""
        body = json.dumps(data) if data is not None else ""
        return self.client.generic(method, url, body, "application/json", headers=headers)

    def upsert(self, *contacts: dict[str, Any]) -> list[str]:
        """Send contacts; return what became of each."""
        told = self.send("POST", URL, {"contacts": contacts}).json()
        return [result["result"] for result in told["results"]]


@pytest.fixture
def crm(people: People) -> Caller:
    """The customer system of our organization."""
    return Caller(create_api_key(people.admin.organization, "CRM"))


@pytest.fixture
def theirs(people: People) -> Caller:
    """A system of the other organization."""
    return Caller(create_api_key(people.stranger.organization, "CRM"))


def test_contacts_are_created_then_the_same_then_changed(crm: Caller) -> None:
    changed = JAN | {"phones": [OTHER_MOBILE]}
    assert [*crm.upsert(JAN), *crm.upsert(JAN), *crm.upsert(changed)] == [
        "created",
        "same",
        "changed",
    ]
    assert (Datum.objects.get().e164, Datum.objects.get().source) == (OTHER_MOBILE, "sync:CRM")


def test_every_contact_has_a_result_of_its_own(crm: Caller) -> None:
    told = crm.send("POST", URL, {"contacts": [JAN, {"email": "nobody"}, {"deleted": True}]})
    results = [(row["result"], row["reason"]) for row in told.json()["results"]]
    assert results == [("created", ""), ("rejected", "bad_address"), ("unknown", "")]


def test_what_a_person_entered_is_a_conflict(crm: Caller, people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION)
    assert crm.upsert(JAN | {"phones": [OTHER_MOBILE]}) == ["conflict"]
    assert (Datum.objects.get().e164, Conflict.objects.count()) == (MOBILE, 1)


def test_a_contact_is_found_by_the_id_of_the_system(crm: Caller) -> None:
    crm.upsert(JAN)
    told = crm.send("GET", f"{URL}/42").json()
    assert (told["email"], told["phones"][0]["number"]) == (JAN["email"], MOBILE)


def test_another_address_moves_the_contact(crm: Caller) -> None:
    crm.upsert(JAN)
    crm.upsert(JAN | {"email": "jan@example.com"})
    assert [contact.address for contact in Contact.objects.all()] == ["jan@example.com"]


def test_a_change_of_what_was_not_seen_is_refused(crm: Caller) -> None:
    crm.upsert(JAN)
    seen = crm.send("GET", f"{URL}/42")["ETag"]
    crm.upsert(JAN | {"phones": [OTHER_MOBILE]})
    late = crm.send("PUT", f"{URL}/42", JAN, **{"If-Match": seen})
    assert (late.status_code, Datum.objects.get().e164) == (412, OTHER_MOBILE)


def test_a_delete_takes_away_what_the_system_said(crm: Caller) -> None:
    crm.upsert(JAN)
    assert crm.send("DELETE", f"{URL}/42").status_code == 204
    assert Contact.objects.count() == 0


def contacts(count: int, **more: Any) -> list[dict[str, Any]]:
    """Return so many contacts as the other system has them."""
    return [
        {"external_id": f"e{number}", "email": f"p{number}@example.nl", "phones": [MOBILE], **more}
        for number in range(count)
    ]


@pytest.mark.parametrize("more", [{"deleted": True}, {"deleted": True, "external_id": ""}])
def test_the_statements_of_a_call_do_not_grow_with_its_deletions(
    crm: Caller, more: dict[str, Any]
) -> None:
    crm.upsert(*contacts(20))
    with CaptureQueriesContext(connection) as for_two:
        crm.upsert(*contacts(2, **more))
    crm.upsert(*contacts(2))
    with CaptureQueriesContext(connection) as for_twenty:
        told = crm.upsert(*contacts(20, **more))

    assert (told, Contact.objects.count()) == (["deleted"] * 20, 0)
    assert len(for_twenty) <= len(for_two) + 2  # a batch of Django's own deletions


def test_the_statements_of_a_call_do_not_grow_with_addresses_that_change(crm: Caller) -> None:
    moved = [each | {"email": f"new.{each['email']}"} for each in contacts(20)]
    crm.upsert(*contacts(20))
    with CaptureQueriesContext(connection) as for_two:
        crm.upsert(*moved[:2])
    with CaptureQueriesContext(connection) as for_eighteen:
        crm.upsert(*moved[2:])

    assert len(for_eighteen) <= len(for_two) + 2
    assert sorted(Contact.objects.values_list("address", flat=True))[0] == "new.p0@example.nl"


def test_a_contact_that_is_deleted_twice_in_a_call_is_gone(crm: Caller) -> None:
    crm.upsert(JAN)

    assert crm.upsert(JAN | {"deleted": True}, JAN | {"deleted": True}) == ["deleted", "deleted"]
    assert Contact.objects.count() == 0


def test_a_delete_of_the_preferred_number_prefers_another(crm: Caller, people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, phone="", name="Jan")
    crm.upsert(JAN)
    Datum.objects.create(
        contact=Contact.objects.get(),
        method=SMS,
        phone_number=OTHER_MOBILE,
        source="manual",
        preferred=False,
    )
    crm.send("DELETE", f"{URL}/42")

    assert [(datum.e164, datum.preferred) for datum in Datum.objects.all()] == [
        (OTHER_MOBILE, True)
    ]


def test_a_call_with_too_many_contacts_is_told_how_many_it_may_have(crm: Caller) -> None:
    answer = crm.send("POST", URL, {"contacts": [{}] * (MAX_BATCH + 1)})

    assert (answer.status_code, f"at most {MAX_BATCH}" in answer.content.decode()) == (422, True)


def test_a_delete_keeps_what_a_person_entered(crm: Caller, people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, phone="", code=CODE, hint=HINT)
    crm.upsert(JAN)
    crm.send("DELETE", f"{URL}/42")
    assert [datum.method for datum in Datum.objects.all()] == ["access_code"]


def test_an_access_code_is_stored_and_never_shown(crm: Caller) -> None:
    crm.upsert(JAN | {"phones": [], "access_code": CODE, "access_code_hint": HINT})
    shown = crm.send("GET", f"{URL}/42").content.decode()
    assert (CODE in shown, Datum.objects.get().open_code()) == (False, (CODE, HINT))


def test_a_language_is_stored_and_shown(crm: Caller) -> None:
    crm.upsert(JAN | {"language": "en"})
    crm.upsert(JAN)
    assert crm.send("GET", f"{URL}/42").json()["language"] == "en"


def test_changes_are_followed_by_a_cursor(
    crm: Caller, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.access.syncing.SETTLED", timedelta())
    crm.upsert(JAN)
    first = crm.send("GET", URL).json()
    crm.upsert(JAN | {"phones": [OTHER_MOBILE]}, {"email": "els@example.nl"})
    second = crm.send("GET", f"{URL}?since={first['cursor']}").json()
    third = crm.send("GET", f"{URL}?since={second['cursor']}").json()
    told = [sorted(row["email"] for row in page["contacts"]) for page in (first, second, third)]
    assert told == [["jan@example.nl"], ["els@example.nl", "jan@example.nl"], []]


@pytest.mark.parametrize("cursor", ["x", "1.2", "9" * 40 + ".0.0", "-1.0.0"])
def test_a_cursor_that_is_none_is_refused(crm: Caller, cursor: str) -> None:
    assert crm.send("GET", f"{URL}?since={cursor}").status_code == 422


def test_a_key_opens_its_own_organization_only(crm: Caller, theirs: Caller) -> None:
    crm.upsert(JAN)
    answers = [theirs.send(method, f"{URL}/42").status_code for method in ("GET", "DELETE")]
    assert answers == [404, 404]
    assert theirs.send("GET", URL).json()["contacts"] == []
    assert theirs.upsert(JAN) == ["created"]
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "a b c"])
def test_without_a_key_nothing_opens(db: None, header: str) -> None:
    assert Client().get(URL, headers={"authorization": header}).status_code == 401


def test_a_revoked_key_opens_nothing(crm: Caller) -> None:
    revoke_api_key(ApiKey.objects.get())
    assert crm.send("GET", URL).status_code == 401


def test_too_many_calls_are_put_off(crm: Caller) -> None:
    with override_settings(API_REQUESTS_PER_MINUTE=2):
        answers = [crm.send("GET", URL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[1]["RateLimit-Remaining"] == "0"
    assert 0 < int(answers[2]["Retry-After"]) <= 60


def test_existing_senders_find_their_calls(crm: Caller) -> None:
    sent = {
        "third_party_id": "7",
        "email_address": "els@example.nl",
        "full_name": "Els",
        "phone_numbers": [MOBILE],
    }
    told = crm.send("PATCH", KNOWN, sent).json()
    assert told["results"][0]["result"] == "created"
    assert crm.send("GET", f"{KNOWN}/7").json() == sent


def test_a_batch_that_is_too_large_is_refused(crm: Caller) -> None:
    assert crm.send("POST", URL, {"contacts": [{}] * 10_001}).status_code == 422


def test_a_call_that_is_too_large_is_refused(crm: Caller) -> None:
    contacts = [{"email": "a" * 300}] * 22_000
    assert crm.send("POST", URL, {"contacts": contacts}).status_code == 413


def test_the_pages_of_the_api_need_no_key(db: None) -> None:
    assert Client().get("/api/v1/docs").status_code == 200
    assert "/api/v1/contacts" in Client().get("/api/v1/openapi.json").json()["paths"]


def test_a_key_is_printed_once_and_stored_as_a_hash(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    make.organization(domain="zorg.example")
    call_command("create_api_key", "zorg.example", "CRM")
    key = capsys.readouterr().out.split()[-1]
    assert Caller(key).upsert(JAN) == ["created"]
    assert key not in ApiKey.objects.get().key_hash


def test_two_numbers_are_kept_in_order(crm: Caller) -> None:
    crm.upsert(JAN | {"phones": [OTHER_MOBILE, MOBILE]})
    data = Datum.objects.filter(method=SMS).order_by("-preferred")
    assert [datum.e164 for datum in data] == [OTHER_MOBILE, MOBILE]
