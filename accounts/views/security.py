"""How a person signs in, and where they are signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.access import factors_of, identity_provider_of, sessions_of, user_of
from accounts.next_page import own_page

AFTER = "after_factor"


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show password, second factors and sessions; say what the policy asks for."""
    user = user_of(request)
    target = own_page(request, request.GET.get("next", ""))
    factors = factors_of(user)
    needs_factor = user.policy.second_factor and not factors.any
    if needs_factor and target:
        request.session[AFTER] = target  # where the codes for later lead on to
    elif not needs_factor:
        request.session.pop(AFTER, None)
    return render(
        request,
        "account/security.html",
        {
            "factors": factors,
            "needs_factor": needs_factor,
            "provider": identity_provider_of(user.email),
            "sessions": sessions_of(user),
            "own_key": request.session.session_key,
        },
    )


@require_POST
@login_required
def end_session(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign out of one browser. Raises Http404."""
    if not actions.end_session(user_of(request), public_id):
        raise Http404
    messages.success(request, gettext("You are signed out there."))
    return redirect("mfa_index")


@require_POST
@login_required
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out of every browser but this one."""
    count = actions.end_other_sessions(user_of(request), request.session.session_key)
    text = ngettext(
        "You are signed out of %(count)s other browser.",
        "You are signed out of %(count)s other browsers.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("mfa_index")
