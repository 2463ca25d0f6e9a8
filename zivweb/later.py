"""Asks people to come back soon: in read-only mode, when the database is away, when it is busy.

What ran into a deadline is no fault to look for. Its transaction is rolled back whole.
"""

import sqlite3
import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from psycopg import errors

from accounts.outside import OutsideBusy
from accounts.posted import handed_back
from accounts.uploads import too_large
from flow.exports import ExportsBusy
from zivweb.shares import CROWDED
from zivweb.sqlite.turns import NoTurn

Handler = Callable[[HttpRequest], HttpResponse]

SECONDS: Final = 60
BUSY_SECONDS: Final = 10
STATUS: Final = 503
READING: Final = {"GET", "HEAD", "OPTIONS"}
# How the databases say that a deadline of zivweb/deadlines.py has passed. That the pool has no
# connection is not among them: it says so too when the database is away.
TOO_LONG: Final = (
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.IdleInTransactionSessionTimeout,
)
SQLITE_TOO_LONG: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_INTERRUPT}


class ReadOnlyMiddleware:
    """With ZIVWEB_READ_ONLY pages can be read, and nothing can be sent. Needs the language.

    It stands after the CSRF middleware, whose token the form needs that the page hands back.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.READ_ONLY and request.method not in READING:
            return try_later(request)
        return self.get_response(request)


class BusyMiddleware:
    """Answers at once who would be one too many. Needs the language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return busy(request) if CROWDED in request.META else self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of a busy time when as many as may wait outside, or export, already."""
        return busy(request) if isinstance(error, OutsideBusy | ExportsBusy) else None


def try_later(request: HttpRequest) -> HttpResponse:
    """Return a page (JSON to programs) that says when to try again."""
    words = gettext("Maintenance, please try again in a minute.")
    return _come_back(request, words, "503.html", SECONDS)


def busy(request: HttpRequest) -> HttpResponse:
    """Return a page (JSON to programs) that says that it is busy just now."""
    words = gettext("It is very busy, please try again in a moment.")
    return _come_back(request, words, "503_busy.html", BUSY_SECONDS)


def _come_back(request: HttpRequest, words: str, template: str, seconds: int) -> HttpResponse:
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": words}, status=STATUS)
    else:
        response = page_with_what_was_typed(request, template, STATUS)
    response["Retry-After"] = str(seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what cannot be used, with what was typed where the address is one of ours."""
    if isinstance(exception, DisallowedHost):  # a scanner, or a proxy that was set up wrong
        return HttpResponse("Unknown host\n", status=400, content_type="text/plain")
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception: that of a database that is away is no fault, and passes by."""
    error = sys.exc_info()[1]
    if isinstance(error, Error) and took_too_long(error):
        return busy(request)
    if isinstance(error, OperationalError | InterfaceError):
        return try_later(request)
    return page_with_what_was_typed(request, "500.html", 500)


def took_too_long(error: Error) -> bool:
    """Tell whether the database, or waiting for it, ran into a deadline."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF in SQLITE_TOO_LONG
    return isinstance(cause, TOO_LONG) or isinstance(error, NoTurn)


def page_with_what_was_typed(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Return a page with what was typed; context processors would ask the database who reads."""
    unsent = handed_back(request)
    context = {"unsent": unsent, "csrf_token": get_token(request)} if unsent else {}
    return HttpResponse(render_to_string(template, context), status=status)
