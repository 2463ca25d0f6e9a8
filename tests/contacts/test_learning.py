"""What senders typed is learned, for many people at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE, SMS
from contacts.actions import Lesson, learn_all
from contacts.models import Contact, Datum, PastDatum
from tests.contacts.people import CODE, HINT, MOBILE, OTHER_MOBILE, People, make_contact

ADDRESSES = [f"nr{number}@example.nl" for number in range(41)]
JAN = "jan@example.nl"


def learning(people: People, addresses: list[str], number: str) -> int:
    """Return how many statements it takes to learn this number for all of them."""
    with CaptureQueriesContext(connection) as captured:
        learn_all(Lesson(people.owner, each, "", SMS, number) for each in addresses)
    return len(captured)


@pytest.mark.parametrize("known", [True, False])
def test_forty_numbers_are_learned_in_as_many_statements_as_one(
    people: People, known: bool
) -> None:
    learning(people, ADDRESSES[: 41 * known], MOBILE)

    one = learning(people, ADDRESSES[:1], OTHER_MOBILE)
    forty = learning(people, ADDRESSES[1:], OTHER_MOBILE)

    learned = Datum.objects.filter(contact__owner=people.owner, phone_number=OTHER_MOBILE)
    counts = (forty, learned.count(), PastDatum.objects.count())
    assert counts == (one, 41, 41 * known)


def test_who_was_learned_is_found_by_the_number_and_audited(people: People) -> None:
    learning(people, ADDRESSES, MOBILE)

    found = Contact.objects.filter(owner=people.owner, search__contains=MOBILE)
    lines = AuditEntry.objects.filter(verb="learn_contact", actor=people.owner)
    assert (found.count(), lines.count()) == (41, 41)


def test_a_further_number_that_is_typed_becomes_the_one_in_use(people: People) -> None:
    contact = make_contact(people.owner)
    further = Datum.objects.create(
        contact=contact, method=SMS, preferred=False, phone_number=OTHER_MOBILE, source="manual"
    )

    learn_all([Lesson(people.owner, JAN, "", SMS, OTHER_MOBILE)])

    assert contact.data.get(preferred=True) == further
    assert contact.data.count() == 2


def test_another_hint_keeps_the_proof_of_a_code(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    contact.data.filter(method=ACCESS_CODE).update(confirmed_at=timezone.now())

    learn_all([Lesson(people.owner, JAN, "", ACCESS_CODE, CODE, "Another hint")])

    datum = contact.data.get(method=ACCESS_CODE)
    assert (datum.open_code(), datum.confirmed_at is None) == ((CODE, "Another hint"), False)


def test_a_disputed_number_that_is_typed_again_is_right(people: People) -> None:
    contact = make_contact(people.owner)
    contact.data.update(disputed_at=timezone.now())

    learn_all([Lesson(people.owner, JAN, "", SMS, MOBILE)])

    assert contact.data.get().disputed_at is None
