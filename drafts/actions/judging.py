"""Judging a draft: who is incomplete, is it a resend, does it wait or go out by itself."""

import logging

from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.models import User
from contacts.access import pending_changes
from contacts.actions import advance_change, finish_change
from contacts.models import AddressChange
from drafts import states
from drafts.access import Judged, judge
from drafts.actions.locking import locked_draft
from drafts.actions.releasing import release
from drafts.actions.telling import tell_complete, tell_incomplete
from drafts.models import Draft, Recipient
from flow.moves import move
from vault.keys import VaultError

log = logging.getLogger(__name__)

SWEEP_SIZE = 100


@transaction.atomic
def judge_new(draft_id: int) -> None:
    """Judge a draft that just came in: send it, or hold it and tell its sender."""
    draft = locked_draft(draft_id)
    if draft.state != states.RECEIVED:
        return
    User.objects.select_for_update().get(pk=draft.sender_id)
    _recognize_resend(draft)
    judged = judge(draft, draft.organization.policy)
    if not settle(draft, judged):
        tell_incomplete(draft, judged)
    else:
        release(draft, judged)


@transaction.atomic
def judge_again(draft_id: int) -> None:
    """Judge a held draft after data changed; a draft that became complete goes out or asks."""
    draft = locked_draft(draft_id)
    if draft.state not in states.HELD:
        return
    was_waiting = draft.state == states.WAITING
    policy = draft.organization.policy
    judged = judge(draft, policy)
    if not settle(draft, judged) or not was_waiting:
        return
    if policy.send_when_complete or not policy.web_sending:
        release(draft, judged, by_itself=True)
    else:
        tell_complete(draft)


def settle(draft: Draft, judged: list[Judged]) -> bool:
    """Store the verdicts and move the draft to waiting or ready; tell whether it is ready."""
    changed = [item.recipient for item in judged if _store_verdict(item)]
    Recipient.objects.bulk_update(changed, ["reason", "method", "source", "datum"])
    ready = not draft.problem and all(item.complete for item in judged)
    state = states.READY if ready else states.WAITING
    if draft.state != state:
        move(draft, state, states.MOVES)
    return ready


def judge_changes() -> int:
    """Judge the drafts that wait for changed addresses; return how many drafts were looked at."""
    return sum(_follow(change) for change in pending_changes(SWEEP_SIZE))


def _follow(change: AddressChange) -> int:
    states_to_see = [states.RECEIVED, *states.HELD]
    waiting = Draft.objects.filter(
        organization=change.organization_id, state__in=states_to_see, pk__gt=change.cursor
    )
    if change.owner_id:
        waiting = waiting.filter(sender=change.owner_id)
    recipients = Recipient.objects.exclude(reason="").filter(_concerns(change.address))
    found = waiting.filter(pk__in=recipients.values("draft")).order_by("pk")
    ids = list(found.values_list("pk", flat=True)[:SWEEP_SIZE])
    for draft_id in ids:
        try:
            judge_again(draft_id)
        except VaultError:
            log.exception("draft:%s cannot be opened, its change is passed over", draft_id)
        advance_change(change.pk, draft_id)
    if not ids:
        finish_change(change.pk)
    return len(ids)


def _concerns(address: str) -> Q:
    if address.startswith("@"):
        return Q(domain=address[1:])
    return Q(address=address)


def _store_verdict(item: Judged) -> bool:
    recipient, chosen = item.recipient, item.verdict.chosen
    new = (
        item.verdict.reason,
        chosen.method if chosen else "",
        chosen.source if chosen else "",
        chosen.datum_id if chosen else None,
    )
    old = (recipient.reason, recipient.method, recipient.source, recipient.datum_id)
    recipient.reason, recipient.method, recipient.source, recipient.datum_id = new
    return new != old


def _recognize_resend(draft: Draft) -> None:
    """Let the draft take the place of the same mail held before; hold it when that was sent."""
    same = Q(fingerprint=draft.fingerprint)
    if draft.message_id_index:
        same |= Q(message_id_index=draft.message_id_index)
    earlier = Draft.objects.filter(same, sender=draft.sender_id).exclude(pk=draft.pk)
    addresses = set(draft.recipients.values_list("address", flat=True))
    for old in earlier.filter(state__in=states.HELD).select_for_update(of=("self",)):
        if addresses >= set(old.recipients.values_list("address", flat=True)):
            move(old, states.SUPERSEDED, states.MOVES, superseded_by=draft)
            audit.record("supersede", str(old), organization_id=old.organization_id, by=str(draft))
    sent = earlier.filter(
        state__in=[states.SENDING, states.SENT], recipients__address__in=addresses
    )
    duplicate = sent.order_by("-pk").first()
    if duplicate is not None:
        draft.duplicate_of = duplicate
        draft.problem = draft.problem or states.DUPLICATE
        draft.save(update_fields=["duplicate_of", "problem"])
