"""The row is the queue: wake a worker early by task name, claim due rows without waiting."""

import logging
import time
from dataclasses import dataclass
from typing import TypeVar

from celery import current_app
from django.db import connection, models, transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

SENT_AT = "sent_at"  # a header of each message that wakes a worker

Row = TypeVar("Row", bound=models.Model)


def wake(task: str) -> None:
    """Have a worker run the task, by name, as soon as this transaction is committed.

    Never blocks and never raises: a lost wake-up costs the time to the next sweep, no more.
    One wake-up a task and transaction, however often it is asked for.
    """
    if not any(entry[1] == _WakeUp(task) for entry in connection.run_on_commit):
        transaction.on_commit(_WakeUp(task))


def wake_now(task: str) -> None:
    """Have a worker run the task, by name: for who keeps a transaction of its own, after it.

    Never raises, and waits no longer than the broker's time-out.
    """
    _WakeUp(task)()


@dataclass(frozen=True)
class _WakeUp:
    """What is left to do after the commit."""

    task: str

    def __call__(self) -> None:
        try:
            sent = {SENT_AT: time.time()}
            current_app.send_task(self.task, retry=False, ignore_result=True, headers=sent)
        except (OperationalError, OSError) as error:
            log.warning("no broker, the sweep will run %s (%s)", self.task, type(error).__name__)


def skip_locked(rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    """Lock the rows, passing over those that another worker holds.

    SQLite has one writer at a time, so there every row is free.
    """
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows.select_for_update()
