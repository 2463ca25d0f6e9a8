"""Asks people to come back soon: in read-only mode, and while the database is away."""

import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views import defaults

Handler = Callable[[HttpRequest], HttpResponse]

SECONDS: Final = 60
STATUS: Final = 503
READING: Final = {"GET", "HEAD", "OPTIONS"}


class ReadOnlyMiddleware:
    """With ZIVWEB_READ_ONLY pages can be read, and nothing can be sent. Needs the language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.READ_ONLY and request.method not in READING:
            return try_later(request)
        return self.get_response(request)


def try_later(request: HttpRequest) -> HttpResponse:
    """Return a page (JSON to programs) that says when to try again."""
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": gettext("Maintenance, please try again in a minute.")})
        response.status_code = STATUS
    else:
        # Without the context processors: they ask who reads, and so the database.
        response = HttpResponse(render_to_string("503.html"), status=STATUS)
    response["Retry-After"] = str(SECONDS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception: that of a database that is away is no fault, and passes by."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return try_later(request)
    return defaults.server_error(request)
