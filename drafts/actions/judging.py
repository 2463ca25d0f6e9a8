"""Judging a draft: who is incomplete, is it a resend, does it wait or go out by itself."""

import hashlib
import json
import logging

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import audit
from accounts.models import Organization, User
from contacts.access import pending_changes
from contacts.actions import advance_change, finish_change
from contacts.models import AddressChange
from drafts import states
from drafts.access import Judged, judge
from drafts.actions.locking import locked_draft
from drafts.actions.releasing import release
from drafts.actions.settling import settle
from drafts.actions.telling import plan_telling, stop_telling
from drafts.models import Draft, PolicySeen, Recipient
from flow.moves import move

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
    ready = settle(draft, judged)
    if _give_way_to_newer(draft):
        return
    if ready and draft.sender.is_active:
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
    """Judge a held draft after data or policy changed; a complete one goes out or asks."""
    draft = locked_draft(draft_id)
    if draft.state not in states.HELD:
        return
    was_ready = draft.state == states.READY
    judged = judge(draft, draft.organization.policy)
    settle(draft, judged, new_policy=new_policy)
    go_on(draft, judged, was_ready=was_ready)


def go_on(draft: Draft, judged: list[Judged], *, was_ready: bool) -> None:
    """Let a draft that was just settled go out by itself, or have its sender told of a change.

    Where nobody may send from the web app a complete draft always goes out. The draft is locked.
    """
    ready, policy = draft.state == states.READY, draft.organization.policy
    becomes_ready = ready and not was_ready
    if (becomes_ready and policy.send_when_complete) or (ready and not policy.web_sending):
        release(draft, judged, by_itself=True)
    elif ready != was_ready:
        verb = "become_complete" if ready else "become_incomplete"
        audit.record(verb, str(draft), organization_id=draft.organization_id)
        plan_telling(draft)


def judge_changes() -> int:
    """Judge the drafts that wait for changed addresses; return how many drafts were looked at."""
    return sum(_follow(change) for change in pending_changes(SWEEP_SIZE))


def judge_policies() -> int:
    """Judge the held drafts whose organization's policy changed; return how many were looked at."""
    organizations = Organization.objects.order_by("pk")
    seen = PolicySeen.objects.in_bulk(field_name="organization_id")
    return sum(_follow_policy(each, seen.get(each.pk)) for each in organizations)


def _follow_policy(organization: Organization, known: PolicySeen | None) -> int:
    """Judge some of the held drafts of an organization again while that is to be done."""
    policy = json.dumps([organization.policy.to_json(), organization.time_zone], sort_keys=True)
    digest = hashlib.sha256(policy.encode()).hexdigest()
    seen = known or PolicySeen.objects.get_or_create(organization=organization)[0]
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
        except Exception:
            log.exception("draft:%s: the policy is passed over", draft_id)
    done = PolicySeen.objects.filter(pk=seen.pk, digest=digest)
    done.update(cursor=ids[-1] if ids else None)
    return len(ids)


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
        except Exception:
            log.exception("draft:%s: the change is passed over", draft_id)
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


def _recognize_resend(draft: Draft) -> None:
    """Let the draft take the place of the same mail held before; hold it when that was sent."""
    same = _same_mail(draft)
    addresses = _addresses(draft)
    earlier = same.filter(state__in=states.HELD, pk__lt=draft.pk)
    for old in earlier.select_for_update(of=("self",)):
        if addresses >= _addresses(old):
            _supersede(old, draft)
    sent = same.filter(state__in=[states.SENDING, states.SENT], recipients__address__in=addresses)
    duplicate = sent.order_by("-pk").first()
    if duplicate is not None:
        draft.duplicate_of = duplicate
        draft.problem = draft.problem or states.DUPLICATE
        draft.save(update_fields=["duplicate_of", "problem"])


def _give_way_to_newer(draft: Draft) -> bool:
    """Let a newer copy that was judged first take the place of this draft; tell whether it did."""
    newer = _same_mail(draft).filter(state__in=states.HELD, pk__gt=draft.pk)
    for copy in newer.order_by("-pk"):
        if _addresses(copy) >= _addresses(draft):
            _supersede(draft, copy)
            return True
    return False


def _same_mail(draft: Draft) -> QuerySet[Draft]:
    same = Q(fingerprint=draft.fingerprint)
    if draft.message_id_index:
        same |= Q(message_id_index=draft.message_id_index)
    return Draft.objects.filter(same, sender=draft.sender_id).exclude(pk=draft.pk)


def _addresses(draft: Draft) -> set[str]:
    return set(draft.recipients.values_list("address", flat=True))


def _supersede(old: Draft, new: Draft) -> None:
    stop_telling(old)
    move(old, states.SUPERSEDED, states.MOVES, superseded_by=new, remind_at=None)
    audit.record("supersede", str(old), organization_id=old.organization_id, by=str(new))
