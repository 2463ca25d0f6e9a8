"""Refuses a body that is larger than its view may get, before a byte of it is read."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.uploads import TAKES_FILES, body_length, too_large

LENGTH_REQUIRED: Final = 411  # RFC 9110, 15.5.12

Handler = Callable[[HttpRequest], HttpResponse]


class BodySizeMiddleware:
    """Stands before the CSRF middleware, which reads forms. Views that take files bound their own.

    A body without a length (chunked) is refused: Django reads none of it, and would call it empty.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, _args: Any, _named: Any
    ) -> HttpResponseBase | None:
        """Answer 413 to what is too long, and 411 to what does not say how long it is."""
        if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
            return HttpResponse(status=LENGTH_REQUIRED)
        if hasattr(view, TAKES_FILES):
            return None
        is_long = body_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return too_large(request) if is_long else None
