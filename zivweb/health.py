"""Is it alive? For a load balancer, and for `serve` while it starts."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

from zivweb.celery import app

# Seconds for a broker to answer. One that hangs must not make the whole answer hang.
LIMITS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}


PATH = "/healthz"


class HealthMiddleware:
    """Answers before anything looks at the Host header: who polls knows us by any name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request for our health; pass on every other one."""
        return healthz(request) if request.path == PATH else self.get_response(request)


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001  a view is called with it
    """Answer 200 while mail can be taken in: without a database 503, without a broker a warning."""
    database, broker = _database(), _broker()
    status = "ok" if database else "down"
    body = {"status": status, "database": _word(database), "broker": _word(broker)}
    return JsonResponse(body, status=200 if database else 503)


def _word(up: bool) -> str:
    return "ok" if up else "down"


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    try:
        with Connection(app.conf.broker_url, transport_options=LIMITS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
