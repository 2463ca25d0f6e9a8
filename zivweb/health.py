"""Is it alive? For a load balancer, for monitoring, and for `serve` while it starts."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

from notifications.access import outbox_age
from zivweb import heartbeat, metrics
from zivweb.celery import QUEUES, app
from zivweb.remembered import Remembered

# Seconds for a broker to answer. One that hangs must not make the whole answer hang.
LIMITS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}

Handler = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers before anything looks at the Host header: who polls knows us by any name."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request for our health; pass on every other one."""
        return ANSWERS.get(request.path, self.get_response)(request)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  a view is called with it
    """Answer 200 while mail can be taken in: 503 without a database; the rest is a warning.

    `outbox_seconds` is how long the oldest mail or SMS is overdue.
    """
    body, status = found()
    return JsonResponse(body, status=status)


def look() -> tuple[dict[str, str | int], int]:
    """Return the answer and its status."""
    database = database_answers()
    body: dict[str, str | int] = {
        "status": "ok" if database else "down",
        "database": _word(up=database),
        "broker": _word(up=broker_answers()),
    }
    if database:
        body |= {worker: _beats(worker) for worker in QUEUES}
        body["outbox_seconds"] = int(outbox_age())
    return body, 200 if database else 503


found = Remembered(look)


def _word(*, up: bool) -> str:
    return "ok" if up else "down"


def _beats(worker: str) -> str:
    return _word(up=heartbeat.age(worker) < heartbeat.PATIENCE)


def database_answers() -> bool:
    """Tell whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """Tell whether the broker lets us in, within a second."""
    try:
        with Connection(app.conf.broker_url, transport_options=LIMITS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True


ANSWERS: dict[str, Handler] = {"/healthz": healthz, "/metrics": metrics.answer}
