"""How long a browser that was verified may show a message."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from delivery import visits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def session() -> dict[str, Any]:
    """A browser that was verified as recipient 1 at noon."""
    session: dict[str, Any] = {}
    visits.begin(session, 1, NOON)
    return session


def test_a_verified_browser_may_show_the_message(session: dict[str, Any]) -> None:
    assert visits.is_current(session, 1, NOON + timedelta(minutes=29))


def test_it_may_not_show_another_message(session: dict[str, Any]) -> None:
    assert not visits.is_current(session, 2, NOON)


def test_it_ends_after_half_an_hour_without_use(session: dict[str, Any]) -> None:
    assert not visits.is_current(session, 1, NOON + timedelta(minutes=31))


def test_use_prolongs_it(session: dict[str, Any]) -> None:
    visits.is_current(session, 1, NOON + timedelta(minutes=20))
    assert visits.is_current(session, 1, NOON + timedelta(minutes=45))


def test_it_ends_after_eight_hours_of_use(session: dict[str, Any]) -> None:
    used = [visits.is_current(session, 1, NOON + timedelta(minutes=20 * n)) for n in range(25)]
    assert (used[:25], visits.is_current(session, 1, NOON + timedelta(hours=8, minutes=10))) == (
        [True] * 25,
        False,
    )


def test_a_visit_can_be_ended_without_the_other(session: dict[str, Any]) -> None:
    visits.begin(session, 2, NOON)
    visits.end(session, 1)
    assert [visits.is_current(session, pk, NOON) for pk in (1, 2)] == [False, True]


def test_a_browser_keeps_its_secret_name() -> None:
    session: dict[str, Any] = {}
    assert visits.browser_of(session) == visits.browser_of(session) == visits.known_browser(session)


def test_a_browser_that_asked_for_nothing_has_no_name() -> None:
    assert visits.known_browser({}) == ""
