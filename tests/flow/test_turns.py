"""Organizations take turns: who has much waiting takes no place from who has little."""

from collections import Counter

import pytest
from django.db import transaction

from accounts.models import Organization
from contacts.models import AddressChange
from flow.turns import in_turns, sorted_by_turn, unlocked_in_turns
from tests import engines, make
from tests.contacts.test_import_races import at_once

pytestmark = pytest.mark.django_db

SIZES = [(30, 3), (3, 30), (40,), (5, 0, 5, 100), (1, 1, 1), (0, 0)]


def waiting(sizes: tuple[int, ...]) -> dict[int, list[int]]:
    """Have so many rows wait for each organization; return their ids by organization."""
    return {place.pk: _rows(place, size) for size in sizes for place in [make.organization()]}


def _rows(place: Organization, size: int) -> list[int]:
    rows = [AddressChange(organization=place, address=f"{number}") for number in range(size)]
    return [row.pk for row in AddressChange.objects.bulk_create(rows)]


def taken(count: int) -> list[int]:
    """Return the ids of the rows whose turn it is."""
    with transaction.atomic():
        return in_turns(AddressChange.objects.all(), count)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("count", [0, 1, 4, 10, 200])
def test_who_has_more_waiting_gets_one_more_at_most_than_who_is_not_served(
    sizes: tuple[int, ...], count: int
) -> None:
    rows = waiting(sizes)

    ids = set(taken(count))

    served = [len(ids.intersection(theirs)) for theirs in rows.values()]
    unserved = [
        size for size, theirs in zip(served, rows.values(), strict=True) if size < len(theirs)
    ]
    assert sum(served) == min(count, sum(sizes))
    assert max(served) - min(unserved, default=max(served)) <= 1


@pytest.mark.parametrize("sizes", SIZES)
def test_the_rows_of_one_organization_keep_their_order(sizes: tuple[int, ...]) -> None:
    rows = waiting(sizes)

    ids = taken(12)

    found = [[pk for pk in ids if pk in theirs] for theirs in rows.values()]
    assert found == [theirs[: len(some)] for theirs, some in zip(rows.values(), found, strict=True)]


def test_rounds_go_on_until_nothing_is_left() -> None:
    (large, small) = waiting((30, 3)).values()

    order = sorted_by_turn(AddressChange.objects.all(), taken(33))

    small_ones = [place for place, row in enumerate(order) if row.pk in small]
    assert (len(order), max(small_ones) <= 5, len(large)) == (33, True, 30)


def test_every_organization_is_drawn_where_there_are_more_than_places() -> None:
    rows = waiting((5,) * 6)

    drawn = Counter(
        pk for _ in range(60) for pk in unlocked_in_turns(AddressChange.objects.all(), 1)
    )

    assert set(drawn) == {theirs[0] for theirs in rows.values()}


def test_other_rows_than_those_that_are_asked_for_have_no_turn() -> None:
    (first, _second) = waiting((3, 3)).values()

    found = unlocked_in_turns(AddressChange.objects.filter(pk__in=first, address="1"), 10)

    assert found == [first[1]]


@engines.LOCKED_ROWS
@pytest.mark.django_db(transaction=True)
def test_two_workers_take_different_rows() -> None:
    rows = waiting((4, 4))
    found = list[list[int]]()

    with transaction.atomic():
        mine = in_turns(AddressChange.objects.filter(address__in=["0", "1"]), 10)
        at_once(lambda: found.append(taken(10)))

    assert sorted(mine + found[0]) == sorted(pk for theirs in rows.values() for pk in theirs)
