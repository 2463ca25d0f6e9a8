"""A task that has much to do stops after a while, and goes on behind the others."""

import pytest
from time_machine import TimeMachineFixture

from flow import slices

TASK = "tests.much_to_do"
NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def _nothing_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    monkeypatch.setattr(slices, "_looked", {})
    time_machine.move_to(NOW, tick=False)


def work() -> int:
    """Do ten things, as far as there is time, as a task does; return how many were done."""
    done = 0
    while slices.more() and done < 10:
        done += 1
    return done


def woken(sent_at: float | None = None) -> tuple[int | None, int]:
    """Have a worker run the task; return how many things it did, and how often it goes on."""
    again = list[None]()
    done = slices.run_slice(TASK, work, lambda: again.append(None), sent_at)
    return done, len(again)


def test_who_has_no_time_left_stops_and_is_woken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE", -1.0)

    assert woken() == (0, 1)


def test_who_is_done_in_time_is_not_woken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE", 600.0)

    assert woken() == (10, 0)


def test_outside_of_a_worker_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE", -1.0)
    woken()

    assert work() == 10


def test_what_was_sent_before_the_last_look_is_passed_over() -> None:
    woken()

    sent = [woken(NOW + after)[0] for after in (-60, -2, 0, 60)]

    assert sent == [None, None, 10, 10]


def test_a_task_that_failed_has_not_looked() -> None:
    with pytest.raises(ZeroDivisionError):
        slices.run_slice(TASK, lambda: 1 / 0, list)

    assert woken(NOW - 60)[0] == 10


def test_a_batch_is_smaller_where_the_last_one_took_long() -> None:
    pace = slices.Pace(50, fewest=5)

    pace.took(50, 10 * slices.BATCH)
    slow = pace.size
    pace.took(slow, slices.BATCH / 100)

    assert (slow, pace.size) == (5, 10)


def test_a_batch_is_never_larger_than_it_may_be_nor_too_small() -> None:
    slow, quick = slices.Pace(50, fewest=7), slices.Pace(50)

    slow.took(50, 1000 * slices.BATCH)
    quick.took(50, 0.0)

    assert (slow.size, quick.size) == (7, 50)


def test_only_in_a_worker_a_batch_that_took_long_counts() -> None:
    alone, in_worker = slices.Pace(50, seconds=0.0), slices.Pace(50, seconds=0.0)

    _work_at(alone)
    slices.run_slice(TASK, lambda: _work_at(in_worker), list)

    assert (alone.size, in_worker.size) == (50, slices.FEWEST)


def _work_at(pace: slices.Pace) -> None:
    with pace.batch(50):
        pass
