"""When a sender is reminded: the schedule, in working hours."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.policy import Policy
from drafts.reminders import (
    Life,
    expiry_of,
    hours_of,
    is_working,
    last_working,
    next_reminder,
    next_working,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
POLICY = Policy()
OFFICE = hours_of(POLICY, AMSTERDAM)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis adds the zone


def at(text: str) -> datetime:
    """Return a time in Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def life(created_at: datetime) -> Life:
    return Life(created_at, expiry_of(created_at, POLICY), OFFICE)


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

    assert next_working(night, OFFICE).astimezone(UTC).hour == 7


@given(MOMENTS)
def test_a_moment_is_moved_to_working_hours(moment: datetime) -> None:
    later, earlier = next_working(moment, OFFICE), last_working(moment, OFFICE)

    assert is_working(later, OFFICE)
    assert is_working(earlier, OFFICE)
    assert timedelta() <= later - moment < timedelta(days=3)
    assert timedelta() <= moment - earlier < timedelta(days=3)


@given(MOMENTS, MOMENTS)
def test_a_reminder_lies_ahead_and_before_the_end(created: datetime, after: datetime) -> None:
    found = next_reminder(life(created), POLICY, after)

    assert found is None or after < found < expiry_of(created, POLICY)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"work_days": (5, 6)}, "2026-11-28 09:00"),  # Saturday and Sunday
        ({"work_from": 18, "work_until": 24}, "2026-11-23 18:00"),
        ({"work_days": (), "work_from": 9, "work_until": 9}, "2026-11-23 12:00"),  # no hours: all
    ],
)
def test_an_organization_has_hours_of_its_own(changed: dict[str, Any], expected: str) -> None:
    hours = hours_of(replace(POLICY, **changed), AMSTERDAM)

    assert next_working(at("2026-11-23 12:00"), hours) == at(expected)
