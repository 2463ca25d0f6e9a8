"""When a notification is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.retries import is_given_up, is_late_sms, next_sms_try, next_try

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (99, 60)])
def test_the_wait_grows_with_the_attempts(attempts: int, minutes: int) -> None:
    assert next_try(attempts, NOW) == NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(("hours", "answer"), [(119, False), (120, True)])
def test_a_mail_is_given_up_after_five_days(hours: int, answer: bool) -> None:
    assert is_given_up(NOW - timedelta(hours=hours), NOW) is answer


@pytest.mark.parametrize(("minutes", "answer"), [(9, False), (10, True)])
def test_an_sms_is_late_when_its_code_is_over(minutes: int, answer: bool) -> None:
    assert is_late_sms(NOW - timedelta(minutes=minutes), None, NOW) is answer


@pytest.mark.parametrize(("seconds", "answer"), [(1, False), (0, True)])
def test_an_sms_is_late_when_it_is_of_no_use(seconds: int, answer: bool) -> None:
    assert is_late_sms(NOW, NOW + timedelta(seconds=seconds), NOW) is answer


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 30), (99, 30)])
def test_an_sms_is_tried_again_soon(attempts: int, seconds: int) -> None:
    assert next_sms_try(attempts, NOW) == NOW + timedelta(seconds=seconds)
