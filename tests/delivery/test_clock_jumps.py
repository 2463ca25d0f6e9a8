"""The clock of a machine is put right while people wait: by an hour, a day, back or ahead.

time-machine moves the clock of this process. PostgreSQL keeps its own, which decides nothing here.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from accounts import audit
from accounts.actions import seal_audit
from accounts.verifying import verify
from delivery.actions import Attempt, open_message, send_code
from delivery.actions.verifying import NO_CODE
from delivery.models import MessageRecipient
from notifications.actions import send_due
from tests import make
from tests.delivery.messages import newest_code, receiver, released
from tests.notifications.sinks import running_relay

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE = "this browser"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def send(recipient: MessageRecipient) -> str:
    """Have a code sent and return it."""
    send_code(recipient, HERE)
    return newest_code()


@pytest.mark.parametrize("jump", [-DAY, -HOUR, DAY])
def test_a_code_outlives_no_jump_and_a_new_one_works_at_once(jump: timedelta) -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        code = send(jan)
        clock.shift(jump)
        assert open_message(jan, HERE, code) == Attempt(NO_CODE)
        assert open_message(jan, HERE, send(jan)) == Attempt()


def test_clocks_that_differ_by_five_seconds_do_no_harm() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        code = send(jan)
        clock.shift(-5)
        assert open_message(jan, HERE, code) == Attempt()


def test_every_mail_goes_out_once_however_the_clock_jumps(settings: Settings) -> None:
    with (
        running_relay() as (relay, settings.MAIL_RELAY),
        time_machine.travel(NOON, tick=False) as clock,
    ):
        released()
        clock.shift(DAY)
        first = send_due()
        released()
        clock.shift(-DAY)
        second = send_due()
        clock.shift(2 * DAY)

        assert (first, second, send_due(), send_due(), len(relay.taken)) == (1, 0, 1, 0, 2)


@pytest.mark.django_db(transaction=True)
def test_the_audit_log_stays_whole_and_in_order() -> None:
    place = make.organization()
    with time_machine.travel(NOON, tick=False) as clock:
        audit.record("hold", "draft:1", organization_id=place.pk)
        clock.shift(-DAY)
        audit.record("release", "draft:1", organization_id=place.pk)
        clock.shift(2 * DAY)
        seal_audit(settled=timedelta())

    assert (verify(place).findings, verify(place).rows) == ((), 3)
