"""When a sender is reminded: the schedule, in working hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.policy import Policy
from drafts.reminders import Life, expiry_of, is_working, last_working, next_reminder, next_working

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
POLICY = Policy()
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis adds the zone


def at(text: str) -> datetime:
    """Return a time in Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def life(created_at: datetime) -> Life:
    return Life(created_at, expiry_of(created_at, POLICY), AMSTERDAM)


@pytest.mark.parametrize(
    ("created", "after", "expected"),
    [
        ("2026-11-23 09:30", "2026-11-23 09:30", "2026-11-23 13:30"),  # Monday: 4 hours
        ("2026-11-23 14:00", "2026-11-23 14:00", "2026-11-24 09:00"),  # 18:00: next morning
        ("2026-11-23 09:30", "2026-11-23 13:30", "2026-11-24 09:30"),  # 24 hours
        ("2026-11-27 15:00", "2026-11-27 15:00", "2026-11-30 09:00"),  # Friday: Monday
        ("2026-11-23 09:30", "2026-11-26 09:30", "2026-12-04 16:00"),  # a Sunday is the day before
    ],
)
def test_a_reminder_comes_when_people_work(created: str, after: str, expected: str) -> None:
    assert next_reminder(life(at(created)), POLICY, at(after)) == at(expected)


def test_no_reminder_comes_after_the_last_one() -> None:
    created = at("2026-11-23 09:30")

    assert next_reminder(life(created), POLICY, expiry_of(created, POLICY)) is None


def test_working_hours_follow_summer_time() -> None:
    night = at("2026-03-29 01:00")

    assert next_working(night, AMSTERDAM).astimezone(UTC).hour == 7


@given(MOMENTS)
def test_a_moment_is_moved_to_working_hours(moment: datetime) -> None:
    later, earlier = next_working(moment, AMSTERDAM), last_working(moment, AMSTERDAM)

    assert is_working(later, AMSTERDAM)
    assert is_working(earlier, AMSTERDAM)
    assert timedelta() <= later - moment < timedelta(days=3)
    assert timedelta() <= moment - earlier < timedelta(days=3)


@given(MOMENTS, MOMENTS)
def test_a_reminder_lies_ahead_and_before_the_end(created: datetime, after: datetime) -> None:
    found = next_reminder(life(created), POLICY, after)

    assert found is None or after < found < expiry_of(created, POLICY)
