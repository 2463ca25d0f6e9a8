"""What a sender does with a draft beside finishing it: get help, hand it over, put it off."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import post_from, user_of
from accounts.recovery import hand_back
from drafts import access, actions

SNOOZES = {"1": 1, "7": 7}


@login_required
@require_POST
def draft_opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody has the page open; the page itself says so, never a link scanner."""
    actions.note_opened(access.draft_for(user_of(request), pk), actor=user_of(request))
    return HttpResponse(status=204)


@post_from("draft", "pk")
def draft_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the admins for the data that is missing."""
    found = access.draft_for(user_of(request), pk)
    try:
        count = actions.ask_admins(found, actor=user_of(request))
    except actions.NobodyToAsk:
        messages.warning(request, _("Your organization has no admin here. Ask your IT support."))
    except actions.Unfinished:
        return _changed(request, pk)
    else:
        text = ngettext(
            "Your admin has a mail with the addresses that need something.",
            "Your %(count)d admins have a mail with the addresses that need something.",
            count,
        )
        messages.success(request, text % {"count": count})
    return redirect("draft", pk)


@post_from("draft", "pk")
def draft_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a colleague finish the draft too, or take it back from them: its sender decides."""
    user = user_of(request)
    found = access.draft_for(user, pk)
    if found.sender_id not in user.answers_for:
        raise Http404
    if request.POST.get("stop"):
        actions.unshare_draft(found, actor=user)
        return redirect("draft", pk)
    try:
        address = request.POST.get("colleague", "").strip()
        colleague = actions.share_draft(found, address, actor=user)
    except actions.HandingOverForbidden:
        messages.warning(request, _("Your organization wants senders to finish their own emails."))
    except actions.NotAColleague:
        text = _("“%(address)s” is not the address of a colleague who can sign in here.")
        messages.warning(request, text % {"address": address})
    except actions.Unfinished:
        return _changed(request, pk)
    else:
        text = _("%(who)s can finish this email now, and gets a mail about it.")
        messages.success(request, text % {"who": colleague.display_name})
    return redirect("draft", pk)


@post_from("draft", "pk")
def draft_snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the reminders of a draft off."""
    found = access.draft_for(user_of(request), pk)
    days = SNOOZES.get(request.POST.get("days", ""), 1)
    try:
        until = actions.snooze_reminders(found, days, actor=user_of(request))
    except actions.Unfinished:
        return _changed(request, pk)
    text = _("We remind you no sooner than %(day)s.")
    messages.success(request, text % {"day": formats.date_format(until, "j F Y")})
    return redirect("draft", pk)


@post_from("draft", "pk")
def draft_once_more(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a possible duplicate all the same."""
    try:
        actions.send_once_more(access.draft_for(user_of(request), pk), actor=user_of(request))
    except actions.Unfinished:
        return _changed(request, pk)
    return redirect("draft", pk)


def _changed(request: HttpRequest, pk: int) -> HttpResponse:
    messages.warning(request, _("This email is not waiting any more: see below what happened."))
    return redirect(hand_back(request, reverse("draft", args=[pk])))
