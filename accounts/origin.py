"""Where a request comes from, for the audit log."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.audit import asked_from
from addresses.peers import asker_of

Handler = Callable[[HttpRequest], HttpResponse]


class OriginMiddleware:
    """Has what a request causes say from where it was asked."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        remote = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        with asked_from(asker_of(remote, forwarded, settings.TRUSTED_PROXIES)):
            return self.get_response(request)
