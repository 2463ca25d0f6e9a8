"""What every program asks before it starts: that nobody of the demo can sign in outside of it.

Web, worker and beat are started by other programs, which find it by name: `wsgi.py`, `celery.py`.
"""

import os
from typing import Any, Final

from celery import bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings
from django.db import connections

from accounts.access import demo_problem
from flow.slices import POLITE
from zivweb.environment import Stop

LONG: Final = "long"  # the queue, as in zivweb.celery, which finds this module by name


def require_no_demo() -> None:
    """Raise Stop when people of the demo can sign in, and this is no demo."""
    if settings.DEMO:
        return
    problem = demo_problem()
    connections.close_all()  # what is forked from here on has its own
    if problem:
        raise Stop("ZIVWEB_DEMO", problem)


class WorkerStep(bootsteps.Step):
    """Asks before a worker takes its first task."""

    def __init__(self, parent: Any, **more: Any) -> None:
        require_no_demo()
        super().__init__(parent, **more)


class PolitenessStep(bootsteps.Step):
    """Lets all other processes of the machine go first where a worker does long work alone."""

    def __init__(self, parent: Any, **more: Any) -> None:
        if set(parent.app.amqp.queues.consume_from) == {LONG}:
            os.nice(POLITE)
        super().__init__(parent, **more)


class Scheduler(PersistentScheduler):
    """Asks before beat sends its first task."""

    def setup_schedule(self) -> None:
        """Read the schedule."""
        require_no_demo()
        super().setup_schedule()
