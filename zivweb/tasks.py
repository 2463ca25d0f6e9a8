"""The heartbeat, which beat sends through each queue, and what is forgotten with time."""

from celery import shared_task

from vault.actions import note_first_key
from zivweb import forgetting, heartbeat


@shared_task(name="zivweb.tasks.beat")
def beat(worker: str) -> None:
    """Note that the worker of a queue runs tasks."""
    heartbeat.beat(worker)


@shared_task(name="zivweb.tasks.forget_old")
def forget_old() -> None:
    """Forget what has been kept for long enough."""
    note_first_key()
    forgetting.forget_old()
