"""Searching a book that is larger than what is looked through first."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.policy import ORGANIZATION
from contacts import access
from contacts.access.searching import CONTACTS
from contacts.models import Contact
from flow.paging import cursor_of
from tests import engines
from tests.contacts.imports import imported
from tests.contacts.people import People

COUNT = 120


@pytest.fixture
def large(people: People, monkeypatch: pytest.MonkeyPatch) -> People:
    """A book of 120 contacts, of which ten are looked through at a time."""
    monkeypatch.setattr("contacts.access.searching.LOOK", 10)
    rows = [f"p{n:03}@firma{n % 7}.example,Naam {n:03},06{10000000 + n},," for n in range(COUNT)]
    imported(people.admin, *rows, "zoe@zee.example,Zoë Zee,0687654321,,")
    return people


def found(people: People, query: str, after: str = "") -> list[str]:
    """Return the names on a page of the organization's book."""
    page = access.contacts_page(people.admin, ORGANIZATION, access.Wanted(query), after)
    return [contact.name for contact in page.rows]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("zoe@", ["Zoë Zee"]),
        ("ZOË", ["Zoë Zee"]),
        ("zee.example", ["Zoë Zee"]),
        ("06 8765", ["Zoë Zee"]),
        ("+31 6 10000077", ["Naam 077"]),
        ("4321", ["Zoë Zee"]),
        ("naam 119", ["Naam 119"]),
        ("p119 firma0", ["Naam 119"]),
        ("nobody at all", []),
        ("100%", []),
        ("p_19", []),
    ],
)
def test_one_contact_is_found_wherever_it_stands(
    large: People, query: str, names: list[str]
) -> None:
    assert found(large, query) == names


def test_what_everything_matches_is_shown_in_order(large: People) -> None:
    assert found(large, "example") == [f"Naam {number:03}" for number in range(30)]


def test_the_next_page_goes_on_where_the_first_ended(large: People) -> None:
    last = Contact.objects.get(name="Naam 029")
    assert found(large, "naam", cursor_of(CONTACTS, last.pk))[:2] == ["Naam 030", "Naam 031"]


def test_a_domain_is_found_wherever_it_stands(large: People) -> None:
    page = access.contacts_page(large.admin, ORGANIZATION, access.Wanted(domain="zee.example"))
    assert [contact.name for contact in page.rows] == ["Zoë Zee"]


def test_a_domain_is_not_the_beginning_of_another(large: People) -> None:
    page = access.contacts_page(large.admin, ORGANIZATION, access.Wanted(domain="zee.exam"))
    assert page.rows == []


@engines.TRIGRAMS
@pytest.mark.parametrize(
    ("query", "trigrams"),
    [
        ("x.e", []),  # it sees words that begin with e: each address ends in one
        ("x--", []),  # it sees nothing
        ("zzz", [1]),
        ("xyz1", [2]),
        ("zyxwvuts", [4]),
        ("firmazzz", [3]),
    ],
)
def test_the_index_is_asked_for_what_is_rare(
    large: People, query: str, trigrams: list[int]
) -> None:
    with CaptureQueriesContext(connection) as captured:
        found(large, query)

    asked = [each["sql"] for each in captured if "strpos" in each["sql"]]
    assert [sql.count("LIKE") for sql in asked] == trigrams
