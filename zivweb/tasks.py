"""The heartbeat: beat sends it through each queue, so that it proves the whole way."""

from celery import shared_task

from zivweb import heartbeat


@shared_task(name="zivweb.tasks.beat")
def beat(worker: str) -> None:
    """Note that the worker of a queue runs tasks."""
    heartbeat.beat(worker)
