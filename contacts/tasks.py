"""The worker's part in imports. Rows are the queue; a task is a sweep that may run twice."""

import logging

from celery import shared_task

from contacts import actions

log = logging.getLogger(__name__)


@shared_task
def work_imports() -> None:
    """Work at every import that nobody works at."""
    for run_id in actions.due_runs():
        try:
            actions.work(run_id)
        except Exception:
            log.exception("import:%s failed, the next sweep goes on", run_id)


@shared_task
def forget_old_rows() -> None:
    """Drop the files and rows of old imports."""
    actions.forget_old_rows()
