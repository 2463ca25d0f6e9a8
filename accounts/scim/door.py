"""Who may come in, how often, and in which of two ways they are answered.

A client that asks for `application/scim+json` gets what RFC 7644 says. All others get the answers
that existing clients need: errors as plain text, and 400 for what is missing or double.
"""

import base64
import binascii
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.access import api_key_for
from accounts.actions import use_key_for_people
from accounts.actions.provisioning import Refusal
from accounts.models import ApiKey, Organization
from accounts.provisioning import Unreadable

SCIM_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
BUDGET, WINDOW = 50, 10  # requests, seconds
LEGACY = {404: 400, 409: 400}

Rest = ParamSpec("Rest")
Answer = Callable[Concatenate["Visit", Rest], HttpResponse]


class Visit:
    """A request of another system: its key, what it sent, and how it is answered."""

    def __init__(self, request: HttpRequest, key: ApiKey) -> None:
        self.request, self.key = request, key
        self.method = request.method or ""
        self.by_the_book = asks_for_scim(request)

    @property
    def organization(self) -> Organization:
        """Whose people these are."""
        return self.key.organization

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent. Raises Unreadable."""
        if b"\\u0000" in self.request.body:
            raise Unreadable("Invalid body: no text may hold NUL", "invalidSyntax")
        try:
            sent = json.loads(self.request.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable("Invalid body: no JSON", "invalidSyntax") from error
        if not isinstance(sent, dict):
            raise Unreadable("Invalid body: no object", "invalidSyntax")
        return sent

    def answer(self, body: object, status: int = 200) -> HttpResponse:
        """Return a body as JSON, of the type that was asked for."""
        kind = SCIM_TYPE if self.by_the_book else "application/json"
        return JsonResponse(body, status=status, content_type=kind, safe=False)


def asks_for_scim(request: HttpRequest) -> bool:
    """Tell whether the client knows SCIM's own type of content."""
    return SCIM_TYPE in request.headers.get("Accept", "")


def visited(
    *methods: str,
) -> Callable[[Answer[Rest]], Callable[Concatenate[HttpRequest, Rest], HttpResponse]]:
    """Let in who has a key for people, and answer what goes wrong in the client's own way."""

    def decorate(
        view: Answer[Rest],
    ) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def entered(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponse:
            try:
                visit = Visit(request, _key_of(request))
                _require(visit, methods)
                return view(visit, *args, **kwargs)
            except Unreadable as error:
                return refused(request, Refusal(400, str(error), error.kind))
            except Refusal as refusal:
                return refused(request, refusal)

        return entered

    return decorate


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say what is wrong: as plain text, or by the book."""
    response: HttpResponse
    if refusal.status == 429:
        response = JsonResponse(_too_many(), status=429)
        response["Retry-After"] = str(WINDOW)
    elif asks_for_scim(request):
        body = {"schemas": [ERROR], "detail": str(refusal), "status": str(refusal.status)}
        kind = {"scimType": refusal.kind} if refusal.kind else {}
        response = JsonResponse(body | kind, status=refusal.status, content_type=SCIM_TYPE)
    else:
        status = LEGACY.get(refusal.status, refusal.status)
        response = HttpResponse(str(refusal), status=status, content_type="text/plain")
    if refusal.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _require(visit: Visit, methods: tuple[str, ...]) -> None:
    if not visit.key.for_people:
        raise Refusal(403, "This key is not for accounts")
    if use_key_for_people(visit.key.pk, BUDGET, WINDOW).left < 0:
        raise Refusal(429, "Too Many Requests")
    if visit.method not in methods:
        raise Refusal(405, f"Not allowed here: {visit.method}")


def _key_of(request: HttpRequest) -> ApiKey:
    """Return the key of a request, sent as it is or as base64. Raises Refusal."""
    words = request.headers.get("Authorization", "").split()
    sent = words[-1] if 0 < len(words) <= 2 else ""
    for key in (sent, _decoded(sent)):
        found = api_key_for(key) if key else None
        if found is not None:
            return found
    raise Refusal(401, "Unknown API key")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode().strip()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _too_many() -> dict[str, Any]:
    return {
        "code": 429,
        "message": "Too Many Requests",
        "emptiedBucketDetails": {"limiterId": "scim", "budget": BUDGET, "windowSeconds": WINDOW},
        "reference": "https://tools.ietf.org/html/draft-polli-ratelimit-headers-02",
    }
