"""An import and people at the same contacts at the same instant."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client

from accounts.actions import create_api_key
from accounts.policy import ORGANIZATION, SMS
from contacts import actions
from contacts.entries import ContactEntry
from contacts.models import Contact, Datum, PastDatum
from tests.contacts.imports import imported
from tests.contacts.people import MOBILE, OTHER_MOBILE, make_people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]

ROUNDS = 5
JAN, THIRD = "jan@example.nl", "+31687654321"
URL = "/api/v1/contacts/42"


def at_once(*calls: Callable[[], object]) -> list[BaseException]:
    """Run the calls in threads that start together; return what they raised."""
    gate, raised = threading.Barrier(len(calls)), list[BaseException]()

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            call()
        except Exception as error:  # noqa: BLE001  the kind of failure is what is tested
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    _ = [thread.start() for thread in threads]  # type: ignore[func-returns-value]
    _ = [thread.join() for thread in threads]  # type: ignore[func-returns-value]
    return raised


def number() -> str:
    """Return the preferred number of the only contact."""
    return Datum.objects.get(method=SMS, preferred=True).e164


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_an_edit_is_never_lost_to_an_import(round_number: int) -> None:
    admin = make_people().admin
    imported(admin, f"{JAN},Jan,{MOBILE},,")
    contact = Contact.objects.get()
    entry = ContactEntry(ORGANIZATION, JAN, "Jan", OTHER_MOBILE)

    raised = at_once(
        lambda: actions.save_contact(admin, entry, contact),
        lambda: imported(admin, f"{JAN},Jan,{THIRD},,"),
    )

    assert (raised, number()) == ([], OTHER_MOBILE)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_contact_that_a_person_adds_meanwhile_is_kept(round_number: int) -> None:
    admin = make_people().admin
    entry = ContactEntry(ORGANIZATION, JAN, "Jan", OTHER_MOBILE)

    raised = at_once(
        lambda: actions.save_contact(admin, entry),
        lambda: imported(admin, f"{JAN},Jan,{MOBILE},,"),
    )

    refused = {(actions.AddressTakenError, MOBILE)}
    assert not raised or {(type(error), number()) for error in raised} == refused
    assert raised or number() == OTHER_MOBILE


def test_the_same_file_twice_at_once_gives_each_contact_once() -> None:
    admin = make_people().admin
    rows = [f"p{number}@example.nl,P,06{10000000 + number}," for number in range(300)]

    raised = at_once(*[lambda: imported(admin, *rows)] * 3)

    assert raised == []
    assert (Contact.objects.count(), Datum.objects.count()) == (300, 300)
    assert PastDatum.objects.count() == 0


@pytest.mark.slow
def test_a_large_import_on_two_connections_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contacts.actions.importing.ONE_AT_A_TIME", 100)
    monkeypatch.setattr("contacts.actions.staging.BATCH", 50)
    admin = make_people().admin
    rows = [f"p{number}@example.nl,P,06{10000000 + number}," for number in range(600)]
    raised = at_once(lambda: imported(admin, *rows), lambda: imported(admin, *reversed(rows)))
    again = imported(admin, *rows)
    assert raised == []
    assert (Contact.objects.count(), Datum.objects.count()) == (600, 600)
    assert (again.counts["same"], again.counts["rows"]) == (600, 600)


def test_an_open_edit_makes_the_import_wait() -> None:
    admin = make_people().admin
    imported(admin, f"{JAN},Jan,{MOBILE},,")
    entry = ContactEntry(ORGANIZATION, JAN, "Jan Jansen", OTHER_MOBILE)
    edits = [lambda: actions.save_contact(admin, entry, Contact.objects.get())] * 2

    raised = at_once(*edits, *[lambda: imported(admin, f"{JAN},Jan,{THIRD},,")] * 2)

    assert (raised, number()) == ([], OTHER_MOBILE)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_of_two_systems_that_saw_the_same_one_is_told_of_the_other(round_number: int) -> None:
    organization = make_people().admin.organization
    crm = Client(headers={"authorization": f"Bearer {create_api_key(organization, 'CRM')}"})

    def put(number: str, seen: str = "*") -> int:
        body = {"email": JAN, "phones": [number]}
        headers = {"If-Match": seen}
        return crm.put(URL, body, "application/json", headers=headers).status_code

    put(MOBILE)
    seen, told = crm.get(URL)["ETag"], list[int]()

    raised = at_once(
        lambda: told.append(put(OTHER_MOBILE, seen)), lambda: told.append(put(THIRD, seen))
    )

    assert (raised, sorted(told)) == ([], [200, 412])
