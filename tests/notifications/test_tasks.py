"""The task that empties the outbox."""

from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from notifications import states, tasks
from notifications.models import Notification
from tests.notifications.letters import Outbox
from tests.notifications.sinks import Relay


def test_the_task_empties_the_outbox(outbox: Outbox, relay: Relay) -> None:
    rows = [outbox.mail(f"draft:{number}:1") for number in range(25)]

    tasks.send_due()

    assert len(relay.taken) == len(rows)


def test_the_task_twice_sends_once(outbox: Outbox, relay: Relay) -> None:
    outbox.mail()

    tasks.send_due()
    tasks.send_due()

    assert len(relay.taken) == 1


def test_the_task_survives_an_error(outbox: Outbox, settings: Settings) -> None:
    settings.MAIL_RELAY = {}
    outbox.mail()

    tasks.send_due()

    assert Notification.objects.get().state == states.SENDING


def test_the_task_is_known_by_the_name_that_beat_calls() -> None:
    assert "notifications.tasks.send_due" in current_app.tasks


def test_queueing_wakes_a_worker_after_the_commit(
    outbox: Outbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        outbox.mail()

    assert len(callbacks) == 1
