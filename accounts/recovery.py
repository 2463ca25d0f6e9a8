"""Hands back what somebody typed when their form was refused."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone

from accounts.csrf_owner import note_owner, owner_of
from accounts.posted import KEY, posted_form
from accounts.unsent import UnsentForm, forget, forget_old, keep, person

Handler = Callable[[HttpRequest], HttpResponse]

PROGRAMS = ("/api/", "/sms/")  # where no person types
HANDED_BACK = 422  # a form with what is wrong with it, and with all that was typed


class UnsentFormMiddleware:
    """Keeps a form over signing in again, and forgets it once it was sent."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(PROGRAMS):
            return response
        note_owner(request, response)
        if request.method != "POST":
            return response
        forget_old(request.session, timezone.now())
        if "HX-Request" in request.headers:
            return response  # a page that stays open keeps what was typed
        way = _way_in(response)
        if way and not request.path.startswith("/account/"):
            return _over_signing_in(request, response, way)
        if request.user.pk is not None and KEY in request.POST and _is_taken(response):
            forget(request.session, person(request.user.pk), request.POST[KEY])
        return response


def hand_back(request: HttpRequest, page: str) -> str:
    """Return where to go after a form came too late for `page`: there, or to what was typed."""
    form = posted_form(request, can_send=False)
    if form is None or request.user.pk is None:
        return page
    kept = UnsentForm(form.path, page, form.fields, form.left_out, can_send=False)
    is_kept = keep(request.session, person(request.user.pk), kept, timezone.now())
    return resolve_url("unsent") if is_kept else page


def _way_in(response: HttpResponse) -> str:
    """Return the page that a person is sent to before anything else, "" when they are not."""
    path = urlsplit(response.headers.get("Location", "")).path
    return path if path in {resolve_url(settings.LOGIN_URL), resolve_url("mfa_index")} else ""


def _over_signing_in(request: HttpRequest, response: HttpResponse, way: str) -> HttpResponse:
    """Keep the form for whose page it was; show it here when nobody knows whose."""
    form, owner = posted_form(request), request.user.pk or owner_of(request)
    if form is None:
        return response
    if owner is None or not keep(request.session, person(owner), form, timezone.now()):
        return render(request, "signed_out.html", {"way": way}, status=403)
    return HttpResponseRedirect(f"{way}?{urlencode({'next': resolve_url('unsent')})}")


def _is_taken(response: HttpResponse) -> bool:
    return response.status_code < 400 or response.status_code == HANDED_BACK
