"""Telling and reminding many senders stops when its time is over, and goes on later."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.policy import Policy
from drafts import actions, states
from drafts.models import Draft
from drafts.tasks import remind_due, tell_due
from flow import slices
from flow.actions import PAUSE
from flow.models import FailedRow
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

ALWAYS = Policy(work_days=tuple(range(7)), work_from=0, work_until=24)
LONG_AGO = timezone.now() - 2 * PAUSE


def due_to_be_told() -> None:
    """Store a held draft whose sender is told alone, for telling them failed before."""
    draft = make.draft(make.user())
    FailedRow.objects.create(
        task="drafts.tasks.tell_due", model="accounts.user", row=draft.sender_id, reason="?",
        first_at=LONG_AGO, last_at=LONG_AGO,
    )  # fmt: skip
    Draft.objects.update(tell_at=LONG_AGO)


def due_to_be_announced() -> None:
    """Store a draft that went out by itself, of which its sender was not told."""
    sender = make.user(make.organization(policy=Policy(web_sending=False)))
    make.draft(sender)
    make.contact(sender, phone=make.NUMBER)
    actions.judge_changes()
    Draft.objects.filter(state=states.SENT).update(tell_at=LONG_AGO)


def due_to_be_reminded() -> None:
    """Store a held draft of which its sender is to be reminded."""
    make.draft(make.user(make.organization(policy=ALWAYS)))
    Draft.objects.update(remind_at=LONG_AGO)
    Notification.objects.update(created_at=timezone.now() - timedelta(days=1))


CASES = [
    (due_to_be_told, tell_due),
    (due_to_be_announced, tell_due),
    (due_to_be_reminded, remind_due),
]


def run(task: Callable[[], object]) -> int:
    """Have a worker run a task; return how often it asks to go on."""
    again = list[None]()
    slices.run_slice("tests", task, lambda: again.append(None))
    return len(again)


def told() -> int:
    """Return how many mails there are for senders."""
    return Notification.objects.exclude(kind="message_ready").count()


@pytest.mark.parametrize(("due", "task"), CASES)
def test_nobody_is_told_when_the_time_is_over(
    due: Callable[[], None], task: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    due()
    before = told()
    monkeypatch.setattr(slices, "SLICE", -1.0)

    assert (run(task), told() - before) == (1, 0)


@pytest.mark.parametrize(("due", "task"), CASES)
def test_they_are_told_once_there_is_time(
    due: Callable[[], None], task: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    due()
    before = told()
    monkeypatch.setattr(slices, "SLICE", 600.0)

    assert (run(task), told() - before) == (0, 1)
