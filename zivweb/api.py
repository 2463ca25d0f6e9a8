"""The API objects: whose key it is, how often it may ask, and how errors look."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.security.http import HttpAuthBase

from accounts.access import api_key_for
from accounts.actions import Usage, use_api_key
from accounts.models import ApiKey
from contacts.api import known_router, router


class TooMany(Exception):
    """A key has asked too often in this minute."""


class Api(NinjaAPI):
    """Tells every caller how often it may still ask (draft-ietf-httpapi-ratelimit-headers)."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        """Return the response that operations put headers on."""
        response: HttpResponse = super().create_temporal_response(request)
        _tell_usage(request, response)
        return response


class Key(HttpAuthBase):
    """`Authorization: Bearer KEY`, or the key alone."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> ApiKey | None:
        """Return the key of a request. Raises TooMany."""
        return key_of(request)


def key_of(request: HttpRequest) -> ApiKey | None:
    """Return the key of a request, and count that it was used. Raises TooMany."""
    words = request.headers.get("Authorization", "").split()
    key = api_key_for(words[-1]) if 0 < len(words) <= 2 else None
    if key is None or not key.for_contacts:
        return None
    usage = use_api_key(key.pk, settings.API_REQUESTS_PER_MINUTE)
    request.usage = usage  # type: ignore[attr-defined]
    if usage.left < 0:
        raise TooMany
    return key


def _tell_usage(request: HttpRequest, response: HttpResponse) -> None:
    usage: Usage | None = getattr(request, "usage", None)
    if usage is not None:
        response["RateLimit-Limit"] = str(usage.limit)
        response["RateLimit-Remaining"] = str(max(0, usage.left))
        response["RateLimit-Reset"] = str(usage.seconds)


def _make(title: str, namespace: str) -> Api:
    made = Api(
        title=title,
        version="1",
        urls_namespace=namespace,
        auth=Key(),
        docs_url=None,
        openapi_url="/openapi.json",
    )

    @made.exception_handler(TooMany)
    def too_many(request: HttpRequest, _error: TooMany) -> HttpResponse:
        response = made.create_response(
            request, {"code": 429, "detail": "too many requests"}, status=429
        )
        _tell_usage(request, response)
        response["Retry-After"] = response["RateLimit-Reset"]
        return response

    @made.exception_handler(Http404)
    def not_found(request: HttpRequest, _error: Http404) -> HttpResponse:
        return made.create_response(request, {"detail": "not found"}, status=404)

    @made.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return made.create_response(request, {"detail": "too much at once"}, status=413)

    return made


api = _make("zivweb", "api")
api.add_router("/contacts", router)
known_api = _make("zivweb, calls of existing senders", "known_api")
known_api.add_router("", known_router)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show what the API can do."""
    operations = [
        {"method": method.upper(), "path": path, **about}
        for made in (api, known_api)
        for path, methods in _schema(made)["paths"].items()
        for method, about in methods.items()
    ]
    return render(request, "api_docs.html", {"operations": operations})


def _schema(made: Api) -> dict[str, Any]:
    schema: dict[str, Any] = made.get_openapi_schema()
    return schema


__all__ = ["HttpError", "api", "docs", "known_api"]
