"""What a draft's buttons do: only by POST; a GET (after signing in again) leads to the draft."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

View = Callable[..., HttpResponse]


def post_to_draft(view: View) -> View:
    """Let only a signed-in person POST; anything else changes nothing and shows the draft."""

    @login_required
    @wraps(view)
    def answer(request: HttpRequest, pk: int, **more: int) -> HttpResponse:
        if request.method != "POST":
            return redirect("draft", pk)
        return view(request, pk, **more)

    return answer
