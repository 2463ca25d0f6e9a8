"""One recipient of the draft page at a time: save as it is typed, paste a list, watch others."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.access import post_from, user_of
from accounts.policy import ORGANIZATION, SMS
from accounts.recovery import hand_back
from contacts.access import may_propose
from contacts.actions import learn, propose
from contacts.entries import ContactEntry
from drafts import access, actions, states
from drafts.forms import RecipientForm
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.paste import agreed, map_list, without, without_countries
from drafts.suggestions import SIMILAR
from drafts.views.page import (
    PastedList,
    mark_context,
    pasted_context,
    seen_in,
    status_context,
)
from flow.paging import id_in


@post_from("draft", "pk")
def recipient_complete(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Keep what was filled in for one recipient, and say so, or say what is wrong with it."""
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    recipient = access.recipient_for(found, recipient_pk)
    form = RecipientForm(recipient, actor.policy, request.POST)
    choice = form.choice()
    late = False
    if choice is not None:
        seen = seen_in(request.POST, [recipient.pk])
        try:
            late = bool(
                actions.complete_recipients(found, {recipient.pk: choice}, seen=seen, actor=actor)
            )
        except (actions.Unfinished, actions.SendingForbidden):
            return _too_late(request, found)
        recipient.refresh_from_db()
    if "HX-Request" not in request.headers:
        return _to_page(request, found) if choice is not None else _too_late(request, found)
    return render(request, "drafts/_mark.html", mark_context(recipient, form, choice, late=late))


@post_from("draft", "pk")
def draft_paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Map a pasted list to the recipients that need something, and keep what is sure.

    The other pairs are shown; they are kept when they come back with the list, as seen.
    """
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    if found.state not in states.HELD:
        return _too_late(request, found)
    text, pairs = request.POST.get("list", ""), request.POST.getlist("pair")
    people = access.people_of(found, actor.policy)
    mapped = map_list(text, people, actor.policy.default_country)
    pasted, unsure = agreed(without_countries(mapped, actor.policy.allows_sms_to), pairs)
    choices = {match.key: Choice(SMS, match.number) for match in pasted.matches}
    seen = seen_in(request.POST, choices)
    try:
        late = actions.complete_recipients(found, choices, seen=seen, actor=actor)
    except (actions.Unfinished, actions.SendingForbidden):
        return _too_late(request, found)
    result = PastedList(text, without(pasted, late), unsure, again=bool(pairs))
    found = access.draft_for(actor, pk)
    return render(request, "drafts/draft.html", pasted_context(found, actor, result))


@post_from("draft", "pk")
def draft_paste_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a pasted list filled in."""
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    ids = [pk for pk in map(id_in, request.POST.getlist("recipient")) if pk is not None]
    seen = seen_in(request.POST, ids)
    try:
        count = actions.forget_choices(found, ids, seen=seen, actor=actor)
    except (actions.Unfinished, actions.SendingForbidden):
        return _to_page(request, found)
    text = ngettext("%(count)d number was taken back.", "%(count)d numbers were taken back.", count)
    messages.info(request, text % {"count": count})
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def recipient_keep(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Put what was filled in for a recipient in the sender's own address book now."""
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    recipient = access.recipient_for(found, recipient_pk)
    typed = access.typed_choice(found, recipient) if found.state in states.HELD else None
    if typed is not None:
        learn(
            actor, recipient.address, recipient.name,
            method=typed.method, value=typed.value, hint=typed.hint,
        )  # fmt: skip
        who = recipient.name or recipient.shown_address
        messages.success(request, _("%(who)s is in your contacts now.") % {"who": who})
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def recipient_propose(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Propose to the organization's book what was filled in for a recipient."""
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    recipient = access.recipient_for(found, recipient_pk)
    typed = access.typed_choice(found, recipient) if found.state in states.HELD else None
    if typed is not None and may_propose(actor):
        is_number = typed.method == SMS
        entry = ContactEntry(
            book=ORGANIZATION,
            address=recipient.address,
            name=recipient.name,
            phone=typed.value if is_number else "",
            code=None if is_number else typed.value,
            hint=typed.hint,
        )
        propose(actor, entry, None)
        messages.success(request, _("Proposed: an admin of your organization decides about it."))
    return redirect("draft", found.pk)


@post_from("draft", "pk")
def recipient_accept(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Use what was suggested for a recipient: a number, or the address that was meant."""
    found, actor = access.draft_for(user_of(request), pk), user_of(request)
    recipient = access.recipient_for(found, recipient_pk)
    if found.state not in states.HELD:
        return _to_page(request, found)
    judged = access.judge(found, actor.policy, [recipient])
    offers = access.offers_for(found, judged, actor).get(recipient.pk, [])
    wanted = request.POST.get("offer", "")
    offer = next((each.suggestion for each in offers if each.key == wanted), None)
    seen = seen_in(request.POST, [recipient.pk])
    done = False
    try:
        if offer is not None and offer.kind == SIMILAR:
            done = actions.correct_address(found, recipient, offer.value, seen=seen, actor=actor)
        elif offer is not None:
            choices = {recipient.pk: Choice(SMS, offer.value)}
            done = not actions.complete_recipients(found, choices, seen=seen, actor=actor)
    except (actions.Unfinished, actions.SendingForbidden):
        return _to_page(request, found)
    if not done:
        text = _("%(who)s changed while your page was open. Nothing was filled in.")
        messages.warning(request, text % {"who": recipient.name or recipient.shown_address})
    return redirect("draft", found.pk)


@login_required
@require_safe
def draft_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Send what changed since the page was drawn: nothing, some rows, or the way to its end."""
    found, viewer = access.draft_for(user_of(request), pk), user_of(request)
    if found.state not in states.HELD:
        return _to_page(request, found)
    seen = request.GET.get("seen", "")
    if seen == access.versions_of(found.recipients.only("draft", "changed_at", "reason")):
        return HttpResponse(status=204)
    context = status_context(found, viewer, seen)
    if context is None:
        return _to_page(request, found)
    return render(request, "drafts/_status.html", context)


def _too_late(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Lead to what was typed, which the draft cannot take any more."""
    return _to(request, hand_back(request, reverse("draft", args=[draft.pk])))


def _to_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    return _to(request, reverse("draft", args=[draft.pk]))


def _to(request: HttpRequest, page: str) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect(page)
    return HttpResponse(status=204, headers={"HX-Redirect": page})
