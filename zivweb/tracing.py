"""Gives each request and each task an id that stands in every log line of it."""

import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import celery
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from flow.actions import count_failure
from flow.slices import run_slice
from flow.sweeps import SENT_AT, wake_now

Handler = Callable[[HttpRequest], HttpResponse]

_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
HEADER = "X-Request-Id"


class RequestIdMiddleware:
    """Takes the id over from our own proxy, makes one where there is none, and tells it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the id in the log lines and in the response."""
        sent = request.headers.get(HEADER, "")
        name = sent if _ID.fullmatch(sent) else secrets.token_hex(8)
        with bound_contextvars(request=name):
            response = self.get_response(request)
        response[HEADER] = name
        return response


class Task(celery.Task):  # type: ignore[type-arg]  # of any arguments
    """A task whose log lines hold its name and id; a worker runs it slice by slice."""

    abstract = True
    Request = "zivweb.prefetch:Request"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task; what a worker has left to do of it waits behind the other tasks."""
        run = partial(super().__call__, *args, **kwargs)
        with bound_contextvars(task=self.name, task_id=self.request.id):
            if self.request.called_directly:
                return run()
            return run_slice(
                self.name, run, partial(wake_now, self.name), self.request.get(SENT_AT)
            )

    def on_failure(self, *_about: Any) -> None:
        """Count it, so that monitoring sees a task that fails."""
        count_failure(self.name)
