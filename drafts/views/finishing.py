"""The draft page, and everything its sender does there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import post_from, user_of
from accounts.recovery import hand_back
from drafts import access, actions, states
from drafts.forms import posted_forms
from drafts.models import Draft
from drafts.views.page import (
    Shown,
    asked_by,
    draft_context,
    ended_context,
    seen_in,
    unused_list_context,
)


@login_required
@require_safe
def finish(request: HttpRequest, token: str) -> HttpResponse:
    """Lead the finish link to its draft; a link that is unknown or another's says what to do."""
    try:
        found = access.draft_for_link(user_of(request), token)
    except Http404:
        return render(request, "drafts/link_unknown.html", status=404)
    return redirect("draft", found.pk)


@login_required
@require_safe
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the draft in whatever state it is."""
    found = access.draft_for(user_of(request), pk)
    if found.state == states.SENT and found.sender_id in user_of(request).answers_for:
        return redirect("message", found.message_id)
    if found.state in {states.RECEIVED, states.SENDING} and "HX-Request" in request.headers:
        return HttpResponse(status=204)  # the page looks again soon: nothing to swap yet
    if found.state not in states.HELD:
        return render(request, "drafts/draft_ended.html", ended_context(found))
    if access.readable_content(found) is None:
        return render(request, "drafts/draft_unreadable.html", ended_context(found))
    return render(request, "drafts/draft.html", draft_context(found, asked_by(request)))


@post_from("draft", "pk")
def draft_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was filled in; send when everybody is complete, else show what is missing."""
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    forms = posted_forms(found.recipients.all(), actor.policy, request.POST)
    choices = {form.recipient.pk: choice for form in forms if (choice := form.choice()) is not None}
    accepted, seen = request.POST.get("problem", ""), seen_in(request.POST, choices)
    wrong = any(form.errors for form in forms)
    try:
        if wrong:
            actions.complete_recipients(found, choices, seen=seen, actor=actor)
            sent = False
        else:
            sent = actions.send_draft(found, choices, seen=seen, accepted=accepted, actor=actor)
    except actions.SendingForbidden:
        return render(request, "drafts/sending_forbidden.html", {"draft": found}, status=403)
    except actions.Unfinished:
        found = access.draft_for(actor, pk)
        if found.state == states.SENDING and not (wrong or access.differing(found, choices)):
            return redirect("draft", found.pk)  # pressed twice: it goes with just these numbers
        return _no_longer_held(request, found)
    if sent:
        return redirect("draft", found.pk)
    found = access.draft_for(actor, pk)
    late = access.differing(found, choices)
    context = draft_context(found, Shown(actor, came_back=forms, late=late))
    if text := request.POST.get("list", "").strip():
        context |= unused_list_context(found, actor, text)
    return render(request, "drafts/draft.html", context, status=422)


@post_from("draft", "pk")
def draft_retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a draft judged anew that was given up."""
    found = access.draft_for(user_of(request), pk)
    actions.try_again(found, actor=user_of(request))
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def draft_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Send to the ready recipients now, where the policy allows it; the others wait."""
    found = access.draft_for(user_of(request), pk)
    try:
        part = actions.split_draft(found, actor=user_of(request))
    except actions.SendingForbidden:
        return render(request, "drafts/sending_forbidden.html", {"draft": found}, status=403)
    except (actions.Unfinished, actions.NothingToSplit):
        return _no_longer_held(request, found)
    return redirect("draft", part.pk)


@post_from("draft", "pk")
def draft_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a draft back that was just sent."""
    found = access.draft_for(user_of(request), pk)
    try:
        actions.undo_send(found, actor=user_of(request))
    except actions.NothingToUndo:
        messages.warning(request, _("This email is on its way already: it cannot be undone."))
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def draft_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft away unsent."""
    found = access.draft_for(user_of(request), pk)
    try:
        actions.discard_draft(found, actor=user_of(request))
    except actions.Unfinished:
        return _no_longer_held(request, found)
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def draft_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a discarded draft back."""
    found = access.draft_for(user_of(request), pk)
    try:
        actions.restore_draft(found, actor=user_of(request))
    except actions.NothingToUndo:
        return _no_longer_held(request, found)
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def recipient_remove(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Take a recipient off the draft."""
    found = access.draft_for(user_of(request), pk)
    recipient = access.recipient_for(found, recipient_pk)
    try:
        actions.remove_recipient(found, recipient, actor=user_of(request))
    except actions.SendingForbidden:
        return render(request, "drafts/sending_forbidden.html", {"draft": found}, status=403)
    except actions.Unfinished:
        return _no_longer_held(request, found)
    return redirect("draft", found.pk)


def _no_longer_held(request: HttpRequest, found: Draft) -> HttpResponse:
    messages.warning(
        request,
        _("This email changed while your page was open. Nothing was sent twice: see below."),
    )
    return redirect(hand_back(request, reverse("draft", args=[found.pk])))
