"""The Celery task that empties the outbox."""

import logging
from collections.abc import Callable

from celery import shared_task

from flow.actions import count_failure
from flow.slices import more
from notifications import actions

log = logging.getLogger(__name__)


@shared_task(name=actions.SEND_DUE)
def send_due() -> None:
    """Send until nothing is due. Running it twice, or at the same time, does no harm."""
    _send(actions.send_due, actions.SEND_DUE)


@shared_task(name=actions.SEND_TEXTS)
def send_texts() -> None:
    """Send SMS until none is due: they never wait for a mail relay."""
    _send(actions.send_texts, actions.SEND_TEXTS)


def _send(batch: Callable[[], int], task: str) -> None:
    try:
        while more() and batch():
            pass
    except Exception:
        log.exception("the outbox stopped, the next sweep goes on")
        count_failure(task)
