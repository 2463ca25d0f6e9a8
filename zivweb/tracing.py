"""Gives each request and each task an id that stands in every log line of it."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import celery
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from flow.actions import count_failure

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
    """A task whose log lines hold its name and id."""

    abstract = True
    Request = "zivweb.prefetch:Request"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task."""
        with bound_contextvars(task=self.name, task_id=self.request.id):
            return super().__call__(*args, **kwargs)

    def on_failure(self, *_about: Any) -> None:
        """Count it, so that monitoring sees a task that fails."""
        count_failure(self.name)
