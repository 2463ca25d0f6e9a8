"""Judging a draft: who is incomplete, is it a resend, does it wait or go out by itself."""

import hashlib
import json
import logging

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from contacts.access import pending_changes
from contacts.actions import advance_change, finish_change
from contacts.models import AddressChange
from drafts import states
from drafts.access import Judged, judge
from drafts.actions.locking import locked_draft
from drafts.actions.releasing import release
from drafts.actions.telling import plan_telling, stop_telling
from drafts.models import Draft, PolicySeen, Recipient
from drafts.reminders import Life, expiry_of, next_reminder
from flow.moves import move
from vault.keys import VaultError

log = logging.getLogger(__name__)

SWEEP_SIZE = 100


@transaction.atomic
def judge_new(draft_id: int) -> None:
    """Judge a draft that just came in: send it, or hold it and have its sender told."""
    draft = locked_draft(draft_id)
    if draft.state != states.RECEIVED:
        return
    User.objects.select_for_update(no_key=True).get(pk=draft.sender_id)
    _recognize_resend(draft)
    judged = judge(draft, draft.organization.policy)
    if settle(draft, judged):
        release(draft, judged)
    else:
        reasons = {item.verdict.reason for item in judged} - {""}
        audit.record(
            "hold", str(draft), organization_id=draft.organization_id,
            reasons=sorted(reasons), problem=draft.problem,
        )  # fmt: skip
        plan_telling(draft)


@transaction.atomic
def judge_again(draft_id: int, *, new_policy: bool = False) -> None:
    """Judge a held draft after data or policy changed; one that became complete goes out or asks.

    Where nobody may send from the web app, there is nothing to ask.
    """
    draft = locked_draft(draft_id)
    if draft.state not in states.HELD:
        return
    was_ready = draft.state == states.READY
    policy = draft.organization.policy
    judged = judge(draft, policy)
    ready = settle(draft, judged, new_policy=new_policy)
    if (ready and not was_ready and policy.send_when_complete) or (
        ready and not policy.web_sending
    ):
        release(draft, judged, by_itself=True)
    elif ready != was_ready:
        verb = "become_complete" if ready else "become_incomplete"
        audit.record(verb, str(draft), organization_id=draft.organization_id)
        plan_telling(draft)


def settle(draft: Draft, judged: list[Judged], *, new_policy: bool = False) -> bool:
    """Store the verdicts and move the draft to waiting or ready; tell whether it is ready.

    What was to be mailed of the state before is called off.
    """
    changed = [item.recipient for item in judged if _store_verdict(item)]
    Recipient.objects.bulk_update(changed, ["reason", "method", "source", "datum"])
    ready = not draft.problem and all(item.complete for item in judged)
    state = states.READY if ready else states.WAITING
    if draft.state in states.HELD and draft.state != state:
        stop_telling(draft)
    if draft.state != state:
        move(draft, state, states.MOVES)
    if new_policy or draft.expires_at is None:
        _plan_life(draft)
    return ready


def judge_changes() -> int:
    """Judge the drafts that wait for changed addresses; return how many drafts were looked at."""
    return sum(_follow(change) for change in pending_changes(SWEEP_SIZE))


def judge_policies() -> int:
    """Judge the held drafts whose organization's policy changed; return how many were looked at."""
    return sum(_follow_policy(organization) for organization in Organization.objects.order_by("pk"))


def _follow_policy(organization: Organization) -> int:
    """Judge some of the held drafts of an organization again while that is to be done."""
    policy = json.dumps([organization.policy.to_json(), organization.time_zone], sort_keys=True)
    digest = hashlib.sha256(policy.encode()).hexdigest()
    seen, _ = PolicySeen.objects.get_or_create(organization=organization)
    if seen.digest != digest:
        seen.digest, seen.cursor = digest, 0
        seen.save(update_fields=["digest", "cursor"])
    if seen.cursor is None:
        return 0
    held = Draft.objects.filter(organization=organization, state__in=states.HELD)
    found = held.filter(pk__gt=seen.cursor).order_by("pk")
    ids = list(found.values_list("pk", flat=True)[:SWEEP_SIZE])
    for draft_id in ids:
        try:
            judge_again(draft_id, new_policy=True)
        except VaultError:
            log.exception("draft:%s cannot be opened, the policy is passed over", draft_id)
    done = PolicySeen.objects.filter(pk=seen.pk, digest=digest)
    done.update(cursor=ids[-1] if ids else None)
    return len(ids)


def _plan_life(draft: Draft) -> None:
    """Set when this held draft ends, and when its sender is reminded of it."""
    policy = draft.organization.policy
    draft.expires_at = expiry_of(draft.created_at, policy)
    zone = draft.organization.zone
    life = Life(draft.created_at, draft.expires_at, zone)
    draft.remind_at = next_reminder(life, policy, timezone.now())
    draft.save(update_fields=["expires_at", "remind_at"])


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
    if not address:
        return Q()  # a whole address book changed
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
            stop_telling(old)
            move(old, states.SUPERSEDED, states.MOVES, superseded_by=draft, remind_at=None)
            audit.record("supersede", str(old), organization_id=old.organization_id, by=str(draft))
    sent = earlier.filter(
        state__in=[states.SENDING, states.SENT], recipients__address__in=addresses
    )
    duplicate = sent.order_by("-pk").first()
    if duplicate is not None:
        draft.duplicate_of = duplicate
        draft.problem = draft.problem or states.DUPLICATE
        draft.save(update_fields=["duplicate_of", "problem"])
