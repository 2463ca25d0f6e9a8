"""What the product asks of its database comes out the same on SQLite and on PostgreSQL."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connections, transaction
from django.db.models import Q, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organization
from contacts.models import Contact
from tests import make
from tests.examples import EXAMPLES

# Letters of which each has one partner in the other case; not sigma, which has two.
LETTERS = [
    letter
    for letter in map(chr, range(0x41, 0x530))
    for low, up in [(letter.lower(), letter.upper())]
    if len(low) == len(up) == 1 and low != up and letter in {low, up}
    if (low.upper(), up.lower()) == (up, low) and up != "\N{GREEK CAPITAL LETTER SIGMA}"
]
TEXTS = st.text(st.sampled_from([*LETTERS, *"%_\\'\" 09"]), max_size=20)
LONG_WRITE = 0.02  # seconds
TURNS = 10


def compared(text: str, **lookups: str) -> dict[str, bool]:
    """Have the database compare a text; return what came of each lookup."""
    asked = {f"is_{name}": Q(**{f"text__{name}": wanted}) for name, wanted in lookups.items()}
    rows = Organization.objects.annotate(text=Value(text)).annotate(**asked)
    answer = rows.values_list(*asked)[0]
    return dict(zip(lookups, map(bool, answer), strict=True))


@pytest.fixture
def place(db: None) -> Organization:
    return make.organization()


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXTS, wanted=TEXTS, after=TEXTS)
def test_any_letter_is_found_in_any_case(
    place: Organization, before: str, wanted: str, after: str
) -> None:
    text = before + wanted + after

    found = compared(text.upper(), icontains=wanted.lower(), iexact=text.lower())

    assert found == {"icontains": True, "iexact": True}


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=TEXTS, held=TEXTS, after=TEXTS, wanted_as=st.sampled_from([str, str.swapcase]))
def test_letters_are_compared_as_they_are(
    place: Organization, before: str, held: str, after: str, wanted_as: Callable[[str], str]
) -> None:
    text, wanted = before + held + after, wanted_as(held)

    found = compared(text, contains=wanted, startswith=wanted, endswith=wanted)

    assert found == {
        "contains": wanted in text,
        "startswith": text.startswith(wanted),
        "endswith": text.endswith(wanted),
    }


@pytest.mark.parametrize("name", ["Émile", "ÖZIL", "Łukasz", "ЖАННА", "ÅSA", "Jan"])
def test_names_are_in_order_without_their_case(place: Organization, name: str) -> None:
    contact = Contact.objects.create(organization=place, address="jan@example.nl", name=name)

    contact.refresh_from_db()

    assert contact.sort_name == name.lower()


@contextmanager
def writing_on_and_on(place: Organization) -> Iterator[list[None]]:
    """Write one transaction after the other meanwhile; give a list that grows by each."""
    written: list[None] = []
    over = Event()

    def write() -> None:
        while not over.is_set():
            with transaction.atomic():
                Organization.objects.select_for_update().get(pk=place.pk)
                time.sleep(LONG_WRITE)
            written.append(None)
        connections.close_all()

    writer = Thread(target=write)
    writer.start()
    yield written
    over.set()
    writer.join()


def overtaken(place: Organization, written: list[None]) -> int:
    """Write once; return how many others were written between the wish and the deed."""
    time.sleep(LONG_WRITE * 1.5)
    before = len(written)
    Organization.objects.filter(pk=place.pk).update(name="Another name")
    return len(written) - before


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_who_writes_on_and_on_lets_others_write_in_between() -> None:
    place = make.organization()
    with writing_on_and_on(place) as written:
        times = [overtaken(place, written) for _ in range(TURNS)]

    assert sum(times) <= 2 * TURNS
