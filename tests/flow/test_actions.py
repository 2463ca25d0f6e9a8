"""Sweeps: quick while all goes well, each row alone when one fails, three strikes and no more."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from flow.access import rows_set_aside
from flow.actions import PAUSE, STRIKES, Sweep, retry
from flow.models import FailedRow
from tests import make

pytestmark = pytest.mark.django_db

sweep = Sweep("accounts.tasks.seal_audit", Organization)
lasting = Sweep("accounts.tasks.seal_audit", Organization, lasting=True)


def everywhere() -> QuerySet[Organization]:
    return Organization.objects.order_by("pk")


def rename(rows: Sequence[Organization]) -> None:
    """Do what a sweep does: something in the database with all rows, of which a bad one fails."""
    names = [row.name for row in rows]
    Organization.objects.filter(pk__in=[row.pk for row in rows]).update(language="nl")
    assert "bad" not in names


def store(*names: str) -> list[int]:
    """Store organizations of these names."""
    return [Organization.objects.create(name=name, language="en").pk for name in names]


def pass_time(time: timedelta = PAUSE + timedelta(seconds=1)) -> None:
    FailedRow.objects.update(last_at=F("last_at") - time)


def run(times: int = 1) -> list[int]:
    """Sweep so often; return how many rows each sweep dealt with."""
    dealt = []
    for _ in range(times):
        dealt.append(sweep.run(everywhere().filter(language="en"), rename, 10))
        pass_time()
    return dealt


def meet_lock(pk: int) -> str:
    """Meet a lock that somebody holds, on the row of that name."""
    name = Organization.objects.get(pk=pk).name
    if name == "locked":
        raise OperationalError("canceling statement due to lock timeout")
    return name


def fail(pk: int) -> str:
    """Fail on any row."""
    raise ValueError(pk)


def failed(ids: Sequence[int], times: int) -> list[int]:
    """Fail so often on a place that lasts; return the strikes that counted each time."""
    counts = []
    for _ in range(times):
        lasting.each(ids, fail)
        pass_time()
        counts.append(FailedRow.objects.get().count)
    return counts


def each(ids: Sequence[int], act: Callable[[int], str]) -> list[str]:
    """Sweep over rows by their ids once."""
    found = sweep.each(ids, act)
    pass_time()
    return found


def queries_of(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        act()
    return len(found)


def test_rows_behind_a_bad_one_are_done_in_the_same_sweep() -> None:
    store("good", "bad", "better")

    run()

    done = everywhere().filter(language="nl").values_list("name", flat=True)
    assert sorted(done) == ["better", "good"]


def test_nothing_of_what_failed_is_kept() -> None:
    (bad,) = store("bad")

    run(STRIKES)

    assert Organization.objects.get(pk=bad).language == "en"


def test_many_good_rows_cost_no_more_queries_than_one() -> None:
    store("one")
    one = queries_of(run)
    store(*(f"good {number}" for number in range(9)))

    assert queries_of(run) == one


def test_a_bad_row_is_tried_three_times_with_a_pause_and_never_again() -> None:
    store("bad")

    assert run(5) == [1, 1, 1, 0, 0]
    assert [row.count for row in rows_set_aside()] == [STRIKES]


def test_a_row_is_not_tried_again_at_once() -> None:
    store("bad")
    sweep.run(everywhere(), rename, 10)

    again = sweep.run(everywhere(), rename, 10)

    assert (again, FailedRow.objects.get().count) == (0, 1)


def test_a_row_that_works_again_begins_with_all_its_tries() -> None:
    store("bad")
    run(STRIKES - 1)
    everywhere().update(name="good")

    run()

    assert (FailedRow.objects.count(), everywhere().get().language) == (0, "nl")


def test_a_strike_of_last_week_does_not_count() -> None:
    store("bad")
    run(STRIKES - 1)
    pass_time(timedelta(days=8))

    run()

    assert FailedRow.objects.get().count == 1


@pytest.mark.parametrize(("days", "counts"), [(6, [STRIKES] * 2), (8, [1, 2])])
def test_a_place_that_was_set_aside_is_tried_again_after_a_week(
    days: int, counts: list[int]
) -> None:
    ids = store("a place")
    failed(ids, STRIKES)
    pass_time(timedelta(days=days))

    assert (failed(ids, 2), rows_set_aside().count()) == (counts, int(days < 7))


def test_a_place_that_works_again_after_a_week_is_set_aside_no_more() -> None:
    ids = store("good")
    failed(ids, STRIKES)
    pass_time(timedelta(days=8))

    done = lasting.each(ids, meet_lock)

    assert (done, FailedRow.objects.count()) == (["good"], 0)


def test_a_row_that_is_the_work_itself_stays_set_aside() -> None:
    store("bad")
    run(STRIKES)
    pass_time(timedelta(days=400))

    assert (run(), rows_set_aside().count()) == ([0], 1)


def test_a_lock_is_no_strike_and_stops_no_other_row() -> None:
    ids = store("locked", "good")

    done = [each(ids, meet_lock) for _ in range(STRIKES + 1)]

    assert (done, rows_set_aside().count()) == ([["good"]] * (STRIKES + 1), 0)


def test_what_is_retried_is_worked_on_by_the_next_sweep() -> None:
    store("bad")
    run(STRIKES)
    everywhere().update(name="good")

    retried = retry([rows_set_aside().get().pk])

    assert (retried, run(), everywhere().get().language) == (1, [1], "nl")


def test_the_reason_says_where_and_not_what() -> None:
    make.user()
    sweep.each([1], lambda pk: make.user().__class__.objects.get(email="jan@example.nl"))

    assert FailedRow.objects.get().reason.startswith("DoesNotExist")
    assert "jan" not in FailedRow.objects.get().reason
