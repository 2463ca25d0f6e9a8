"""The worker's part in imports. Rows are the queue; a task is a sweep that may run twice."""

import logging

from celery import shared_task

from contacts import actions
from flow.actions import raise_when_away
from flow.slices import more

log = logging.getLogger(__name__)


@shared_task
def work_imports() -> None:
    """Work at every import that nobody works at, slice by slice."""
    go_on = True
    while go_on and more():
        try:
            go_on = actions.take_turn()
        except Exception as error:
            raise_when_away(error)
            log.exception("an import failed, the others go on")


@shared_task
def forget_old_rows() -> None:
    """Drop the files and rows of old imports."""
    actions.forget_old_rows()
