"""What leaves no trace of a person's pages, and whom a request may be believed."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from addresses.peers import is_among, networks_in

Handler = Callable[[HttpRequest], HttpResponse]


class TrustedProxyMiddleware:
    """Takes away what only our own proxies may say. Stands before all that reads it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies, _none = networks_in(list(settings.TRUSTED_PROXIES))
        if not is_among(request.META.get("REMOTE_ADDR", ""), proxies):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
            request.META.pop("HTTP_X_REQUEST_ID", None)
        return self.get_response(request)


class NoStoreMiddleware:
    """Keeps the pages of a signed-in person out of every cache, unless the view decides."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response
