"""The worker's part in imports. Rows are the queue; a task is a sweep that may run twice."""

from celery import shared_task

from contacts import actions
from flow.slices import more


@shared_task
def work_imports() -> None:
    """Work at every import that nobody works at, slice by slice."""
    while more() and actions.take_turn():
        pass


@shared_task
def forget_old_rows() -> None:
    """Drop the files and rows of old imports."""
    actions.forget_old_rows()
