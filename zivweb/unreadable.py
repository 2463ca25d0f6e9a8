"""A page about something whose key is lost says so: one row that does not open is no fault of ours.

Lists show such a row with a word about it, and never come here.
"""

import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from flow.actions import reason_of
from vault.keys import VaultError
from zivweb.later import page_with_what_was_typed

log = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponse]

STATUS: Final = 503  # the key may be put back


class UnreadableMiddleware:
    """Answers where a view could not open what was sealed. Needs the language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return a page (JSON to programs) that says what cannot be opened, and what to do."""
        if not isinstance(error, VaultError):
            return None
        log.error("a page cannot be opened: %s", reason_of(error))
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": gettext("This cannot be opened.")}, status=STATUS)
        return page_with_what_was_typed(request, "unreadable.html", STATUS)
