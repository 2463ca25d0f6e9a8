"""Bounds what anybody can send who is not signed in: so many POSTs an hour to each address.

What a POST causes has caps of its own beside this one: the table in docs/security.md.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from delivery.actions import CapReachedError, count_post
from delivery.forms import show_moment
from delivery.views.guests import peer_of_request

# Whoever calls these has a key, whose calls are counted, or gets nothing done.
PROGRAMS = ("/api/", "/sms/")
TOO_MANY = 429

Handler = Callable[[HttpRequest], HttpResponse]


class AnonymousPostMiddleware:
    """Answers 429 to who posts too often, by network address and view."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: Any, _named: Any
    ) -> HttpResponse | None:
        """Count a POST of a stranger."""
        if request.method != "POST" or request.path.startswith(PROGRAMS):
            return None
        peer = peer_of_request(request)
        if not peer or request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        try:
            count_post(name, peer, settings.ANONYMOUS_POSTS_AN_HOUR, timezone.now())
        except CapReachedError as error:
            context = {"until": show_moment(error.until)}
            return render(request, "429.html", context, status=TOO_MANY)
        return None
