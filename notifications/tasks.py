"""The Celery task that empties the outbox."""

import logging

from celery import shared_task

from notifications import actions

log = logging.getLogger(__name__)


@shared_task(name=actions.SEND_DUE)
def send_due() -> None:
    """Send until nothing is due. Running it twice, or at the same time, does no harm."""
    try:
        while actions.send_due():
            pass
    except Exception:
        log.exception("the outbox stopped, the next sweep goes on")
