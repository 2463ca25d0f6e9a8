"""Searching as one types, and finding a mail's recipients, in books of two sizes (p99 10 ms; 1.2).

The time is that of the database: what its statements took, summed per search.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection

from accounts.actions import create_organization
from accounts.models import Organization, User
from accounts.policy import ORGANIZATION
from bench.runner import Goal, note
from bench.tables import ROWS, people, percentile, person, say, spread, timed
from contacts import actions
from contacts.access import Wanted, contacts_page, stored_data
from contacts.importer import Row

SMALL = 1000
ROUNDS = 40
TERMS = {
    "one person": "els.devries1",
    "a first name (a tenth)": "fatima",
    "two words": "noor bakker",
    "everything": "example",
    "everything, a digit": "6",
    "nothing": "zzyzx",
    "nothing, of common parts": "jansenbakkervisser",
    "a part of a number": "06 1234 5",
    "the end of a number": "4321",
    "a domain": "@bedrijf99.example",
}


def run() -> None:
    """Measure searches, deep pages and recipients."""
    large, small = _book("Large", ROWS), _book("Small", SMALL)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE contacts_contact")
        cursor.execute("VACUUM ANALYZE contacts_datum")
        cursor.execute("CHECKPOINT")  # what the books left to write is no search
    _search(large)
    _pages(large)
    _resolve(large, small)


def _search(user: User) -> None:
    every: list[float] = []
    for what, term in TERMS.items():
        # As it is typed: each search is one with a letter more.
        typed = [term[:end] for end in range(1, len(term) + 1)]
        spent = [_spent(partial(_find, user, text)) for text in typed * 4]
        every += spent
        say(f"{what:<26} p99 {percentile(spent, 0.99):6.2f} ms  {spread(spent)} ms")
    goal = Goal(f"search as you type among {ROWS:,}, p99", "10 ms", 1, "ms", at_most=True)
    note(goal, [percentile(every, 0.99)], [10.0])


def _find(user: User, text: str) -> None:
    contacts_page(user, ORGANIZATION, Wanted(text))


def _pages(user: User) -> None:
    deep = _key_near_the_end(user)
    first = [_spent(lambda: contacts_page(user, ORGANIZATION)) for _ in range(ROUNDS)]
    last = [_spent(lambda: contacts_page(user, ORGANIZATION, None, deep)) for _ in range(ROUNDS)]
    note(Goal("deep keyset page", "first page", 1.5, "ms", at_most=True), last, first)


def _key_near_the_end(user: User) -> str:
    """Return the key of a page near the end of the book."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM contacts_contact WHERE organization_id = %s AND owner_id IS NULL "
            "ORDER BY sort_name DESC, id DESC OFFSET 100 LIMIT 1",
            [user.organization_id],
        )
        return str(cursor.fetchone()[0])


def _resolve(large: User, small: User) -> None:
    """Find each twenty twice; the second time counts, when both books' pages are in memory."""
    first: dict[int, list[float]] = {large.pk: [], small.pk: []}
    spent: dict[int, list[float]] = {large.pk: [], small.pk: []}
    for number in range(ROUNDS):
        for user, size in ((large, ROWS), (small, SMALL)):
            addresses = [person((number * 7919 + step * 31) % size)[0] for step in range(20)]
            for times in (first, spent):
                times[user.pk].append(_spent(partial(_recipients, user, addresses)))
    say(f"for the first time, among {ROWS:,}: {spread(first[large.pk])} ms")
    say(f"for the first time, among {SMALL:,}: {spread(first[small.pk])} ms")
    goal = Goal(f"resolving among {ROWS:,}", f"among {SMALL:,}", 1.2, "ms", at_most=True)
    note(goal, spent[large.pk], spent[small.pk])


def _recipients(user: User, addresses: list[str]) -> None:
    assert len(stored_data(user.organization_id, user.pk, addresses)) == len(addresses)


def _book(name: str, count: int) -> User:
    domain = f"{name.lower()}.example"
    organization = create_organization(name, [domain])
    seconds, _ = timed(lambda: _fill(organization, count))
    say(f"{name}: {count} contacts in {seconds:.0f} s")
    return User.objects.create_user(f"admin@{domain}", organization=organization, role="admin")


def _fill(organization: Organization, count: int) -> None:
    rows = (Row(address, name, (phone,)) for address, name, phone in people(count))
    actions.run_now(actions.new_run(organization), rows)


def _spent(call: Callable[[], Any]) -> float:
    """Return the milliseconds that the database needed for a call."""
    with _counted() as spent:
        call()
    return sum(spent) * 1000


@contextmanager
def _counted() -> Iterator[list[float]]:
    spent: list[float] = []

    def measure(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - started)

    with connection.execute_wrapper(measure):
        yield spent
