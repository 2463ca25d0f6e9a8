"""A row that no sweep can work on stops no sweep: it is tried three times, and set aside."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F
from pytest_django import Settings

from contacts.models import ImportRun
from flow.access import rows_set_aside
from flow.actions import PAUSE, retry
from flow.models import FailedRow
from intake.models import RawMail
from tests.notifications.sinks import running_gateway, running_relay
from tests.sweeps import SWEEPS, Builder
from tests.unreadable import UNREADABLE
from zivweb.celery import BEAT, app

pytestmark = pytest.mark.django_db

app.loader.import_default_modules()
SETTING_ASIDE = sorted(task for task, (_build, sets_aside) in SWEEPS.items() if sets_aside)


@pytest.fixture(autouse=True)
def outside(settings: Settings) -> Iterator[None]:
    """A mail relay and an SMS gateway, as a house has them that is no demo."""
    settings.DEMO = False
    with running_relay() as (_relay, config), running_gateway() as gateway:
        settings.MAIL_RELAY, settings.SMS_URLS = config, [gateway.url]
        yield


def run(task: str, *, times: int = 1) -> None:
    """Have beat come by so often, with time enough in between."""
    for _ in range(times):
        app.tasks[task]()
        FailedRow.objects.update(last_at=F("last_at") - PAUSE - timedelta(seconds=1))
        ImportRun.objects.update(beat_at=F("beat_at") - PAUSE)
        RawMail.objects.update(lease_until=F("lease_until") - PAUSE)


def test_every_sweep_has_a_bad_row() -> None:
    assert set(SWEEPS) == set(BEAT)


@pytest.mark.parametrize("task", sorted(BEAT))
def test_a_bad_row_does_not_stop_the_good_one_behind_it(task: str) -> None:
    good_is_done = SWEEPS[task][0]()

    run(task)

    assert good_is_done()


@pytest.mark.parametrize(("task", "build"), UNREADABLE)
def test_a_row_that_cannot_be_read_itself_stops_no_other(task: str, build: Builder) -> None:
    good_is_done = build()

    run(task, times=2)

    assert good_is_done()


@pytest.mark.parametrize(("task", "build"), UNREADABLE)
def test_a_row_that_cannot_be_read_itself_is_set_aside(task: str, build: Builder) -> None:
    build()

    run(task, times=5)

    assert rows_set_aside().count() == 1


@pytest.mark.parametrize("task", SETTING_ASIDE)
def test_a_row_that_fails_three_times_is_set_aside(task: str) -> None:
    SWEEPS[task][0]()

    run(task, times=2)
    before = rows_set_aside().count()
    run(task, times=2)

    aside = [row.task for row in rows_set_aside()]
    assert (before, aside) == (0, [task])


@pytest.mark.parametrize("task", SETTING_ASIDE)
def test_a_row_that_is_set_aside_is_left_alone_until_it_is_retried(task: str) -> None:
    SWEEPS[task][0]()
    run(task, times=4)
    known = FailedRow.objects.get().count

    run(task, times=3)

    assert (FailedRow.objects.get().count, retry(), rows_set_aside().count()) == (known, 1, 0)


@pytest.mark.parametrize("task", SETTING_ASIDE)
def test_the_operator_is_shown_why_and_nothing_about_anybody(task: str) -> None:
    SWEEPS[task][0]()
    run(task, times=4)

    call_command("set_aside", stdout=(shown := StringIO()))

    row = FailedRow.objects.get()
    assert str(row) in shown.getvalue()
    assert ("@" in shown.getvalue(), row.reason in shown.getvalue()) == (False, True)
