"""Refuses what no text of the database can hold."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse

API = "/api/"  # where programs read the answer
REFUSED = "a NUL in the query"

Handler = Callable[[HttpRequest], HttpResponse]


class NulMiddleware:
    """Answers 400 to a query with a NUL in it; the fields of forms refuse one themselves."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" not in request.META.get("QUERY_STRING", ""):
            return self.get_response(request)
        if request.path.startswith(API):
            return JsonResponse({"detail": REFUSED}, status=400)
        raise BadRequest(REFUSED)
