"""The rules of one-time codes and wrong tries."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery import codes

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_new_code_has_six_digits() -> None:
    assert {len(codes.new_code()) for _ in range(500)} == {6}


def test_new_codes_differ() -> None:
    assert len({codes.new_code() for _ in range(100)}) > 90


@pytest.mark.parametrize(
    "typed",
    [
        "042617",
        " 042 617 ",
        "042-617",
        "0 4 2 6 1 7",
        "042\u00a0617",
        "042\u2013617",
        "\uff10\uff14\uff12\uff16\uff11\uff17",  # full width
        "\u0660\u0664\u0662\u0666\u0661\u0667",  # Arabic
        "\u200b042617\n",
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert codes.read_typed(typed) == "042617"


@pytest.mark.parametrize("typed", ["", "04261", "0426177", "04261a", "+42617", "①②③④⑤", "abcdef"])
def test_what_is_no_code_is_read_as_none(typed: str) -> None:
    assert codes.read_typed(typed) == ""


@pytest.mark.parametrize(("sends", "seconds"), [(1, 30), (2, 60), (3, 300), (4, 300), (9, 300)])
def test_the_wait_for_the_next_sending_grows(sends: int, seconds: int) -> None:
    assert codes.next_send_at(sends, NOON) == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(("sends", "used"), [([], False), ([4], False), ([2, 3], True)])
def test_a_day_has_five_sends(sends: list[int], used: bool) -> None:
    assert codes.sends_a_day_used(sends) is used


@pytest.mark.parametrize("failures", [1, 4, 6, 9, 11])
def test_a_lock_comes_at_every_fifth_failure_only(failures: int) -> None:
    assert codes.lock_after(failures, 0) is None


@pytest.mark.parametrize(("locks", "hours"), [(0, 0.25), (1, 1), (2, 24), (7, 24)])
def test_each_lock_is_longer(locks: int, hours: float) -> None:
    assert codes.lock_after(5, locks) == timedelta(hours=hours)


@pytest.mark.parametrize(("failures", "left"), [(0, 5), (1, 4), (4, 1), (5, 5)])
def test_the_tries_left_are_counted(failures: int, left: int) -> None:
    assert codes.tries_left(failures) == left


@pytest.mark.parametrize(
    ("method", "failures", "ended"),
    [("sms", 99, False), ("sms", 100, True), ("access_code", 49, False), ("access_code", 50, True)],
)
def test_trying_ends_after_many_failures_in_a_row(method: str, failures: int, ended: bool) -> None:
    assert codes.is_exhausted(method, failures) is ended
