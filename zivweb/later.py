"""Asks people to come back soon: in read-only mode, and while the database is away."""

import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views import defaults

from accounts.posted import handed_back

Handler = Callable[[HttpRequest], HttpResponse]

SECONDS: Final = 60
STATUS: Final = 503
READING: Final = {"GET", "HEAD", "OPTIONS"}


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


def try_later(request: HttpRequest) -> HttpResponse:
    """Return a page (JSON to programs) that says when to try again."""
    response: HttpResponse
    if request.path.startswith("/api/"):
        response = JsonResponse({"detail": gettext("Maintenance, please try again in a minute.")})
        response.status_code = STATUS
    else:
        response = _page(request, "503.html", STATUS)
    response["Retry-After"] = str(SECONDS)
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be used, with what was typed where the address is one of ours."""
    if isinstance(exception, DisallowedHost):
        return defaults.bad_request(request, exception)
    return render(request, "400.html", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception: that of a database that is away is no fault, and passes by."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return try_later(request)
    return _page(request, "500.html", 500)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Return a page with what was typed; context processors would ask the database who reads."""
    unsent = handed_back(request)
    context = {"unsent": unsent, "csrf_token": get_token(request)} if unsent else {}
    return HttpResponse(render_to_string(template, context), status=status)
