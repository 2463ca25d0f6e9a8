"""Several drafts that wait for the same person: fill in once, and send those that are ready."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import post_from, user_of
from accounts.recovery import hand_back
from drafts import access, actions, states
from drafts.forms import RecipientForm
from drafts.incoming import Choice
from drafts.models import Recipient
from drafts.views.page import seen_in
from drafts.wording import reason_sentence

TOGETHER = "together"


@login_required
def draft_together(request: HttpRequest) -> HttpResponse:
    """Show the drafts that wait for one address with one field; a POST fills it in everywhere."""
    user, address = user_of(request), request.GET.get("address", "")
    waiting = access.waiting_for_address(user, address)
    form = _form(waiting[0], request) if waiting else None
    if request.method == "POST" and form is not None:
        choice = form.choice()
        if choice is not None:
            seen = seen_in(request.POST, [recipient.pk for recipient in waiting])
            return _fill_in(request, waiting, choice, seen)
    held = access.held_among(user, request.GET.getlist("draft"))
    if not waiting and not held:
        return redirect(hand_back(request, reverse("draft_list")))
    status = 422 if request.method == "POST" and waiting else 200
    context = _context(waiting, form) | {"address": address, "held": held}
    context["sendable"] = sum(row.draft.state == states.READY for row in held)
    return render(request, "drafts/together.html", context, status=status)


@post_from("draft_list")
def draft_together_send(request: HttpRequest) -> HttpResponse:
    """Send those of the named drafts that are ready."""
    user = user_of(request)
    held = access.held_among(user, request.POST.getlist("draft"))
    try:
        sent = actions.send_together([row.draft for row in held], actor=user)
    except actions.SendingForbidden:
        return redirect("draft_list")
    text = ngettext(
        "%(count)d email goes out in ten seconds. Until then you can open it and undo.",
        "%(count)d emails go out in ten seconds. Until then you can open one and undo.",
        sent,
    )
    messages.success(request, text % {"count": sent})
    return redirect("draft_list")


def _fill_in(
    request: HttpRequest, waiting: list[Recipient], choice: Choice, seen: dict[int, str]
) -> HttpResponse:
    try:
        filled, passed = actions.complete_together(
            waiting, choice, seen=seen, actor=user_of(request)
        )
    except actions.SendingForbidden:
        return redirect(hand_back(request, reverse("draft_list")))
    if passed:
        text = ngettext(
            "%(count)d email changed while your page was open. Nothing was filled in there.",
            "%(count)d emails changed while your page was open. Nothing was filled in there.",
            passed,
        )
        messages.warning(request, text % {"count": passed})
    if filled:
        messages.success(request, _("Filled in."))
    named = [("address", waiting[0].address), *(("draft", str(pk)) for pk in filled)]
    query = urlencode(named)
    return redirect(f"{reverse('draft_together')}?{query}")


def _form(recipient: Recipient, request: HttpRequest) -> RecipientForm:
    policy = recipient.draft.organization.policy
    form = RecipientForm(recipient, policy, request.POST if request.method == "POST" else None)
    form.prefix = TOGETHER
    return form


def _context(waiting: list[Recipient], form: RecipientForm | None) -> dict[str, Any]:
    """Return the field, and each draft that waits, in the version that the page shows."""
    if form is None:
        return {"waiting": [], "form": None}
    draft = waiting[0].draft
    policy = draft.organization.policy
    (judged,) = access.judge(draft, policy, [waiting[0]])
    rows = [(each, access.shown_subject(each.draft), access.version_of(each)) for each in waiting]
    reason = reason_sentence(judged.verdict, judged.who, policy)
    return {"waiting": rows, "form": form, "reason": reason, "policy": policy}
