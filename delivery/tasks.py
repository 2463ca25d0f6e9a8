"""What workers do for messages; every task may run twice and at the same time."""

from celery import shared_task

from delivery import actions
from flow.slices import more


@shared_task
def follow_notifications() -> None:
    """Note which recipients got their mail, and whom it could not reach."""
    while more() and actions.follow_notifications():
        pass


@shared_task
def end_messages() -> None:
    """Destroy the messages that have come to their end, and counts that are over."""
    while more() and actions.end_messages():
        pass
    actions.forget_old()
