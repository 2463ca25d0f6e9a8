"""Judging a draft: who is incomplete, is it a resend, does it wait or go out by itself."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from contacts.access import pending_changes
from contacts.actions import advance_change, claim_change, finish_change
from contacts.models import AddressChange
from drafts import states
from drafts.access import judge, judge_all
from drafts.actions.locking import BATCH, act_on_free, act_on_one, locked_draft
from drafts.actions.releasing import release_all
from drafts.actions.settling import JudgedDraft, settle, settle_all
from drafts.actions.telling import plan_telling, stop_telling
from drafts.models import Draft, PolicySeen, Recipient
from flow.actions import Sweep
from flow.moves import move
from flow.turns import unlocked_in_turns

CHANGES = 10
RESENT_WITHIN: Final = timedelta(hours=24)
JUDGE_CHANGED, JUDGE_POLICIES = "drafts.tasks.judge_changed", "drafts.tasks.judge_policies"

_judging, _changes = Sweep(JUDGE_CHANGED, Draft), Sweep(JUDGE_CHANGED, AddressChange)
_judging_policy = Sweep(JUDGE_POLICIES, Draft)
_policies = Sweep(JUDGE_POLICIES, Organization, lasting=True)


@transaction.atomic
def judge_new(draft_id: int) -> None:
    """Judge a draft that just came in: send it, or hold it and have its sender told."""
    draft = locked_draft(draft_id)
    if draft.state != states.RECEIVED:
        return
    User.objects.select_for_update(no_key=True).get(pk=draft.sender_id)
    _recognize_resend(draft)
    judged = judge(draft, draft.organization.policy)
    settle(draft, judged)
    if not _give_way_to_newer(draft):
        _send_or_hold([(draft, judged)])


def judge_new_together(ids: Sequence[int]) -> list[int]:
    """Judge drafts that just came in, in one transaction; return those that have to go alone."""
    act_on_free(ids, _judge_free)
    left = Draft.objects.filter(pk__in=ids, state=states.RECEIVED)
    return list(left.order_by("pk").values_list("pk", flat=True))


def _judge_free(drafts: Sequence[Draft]) -> None:
    """Judge the new ones among locked drafts, but for a mail of which there is another copy."""
    new = [draft for draft in drafts if draft.state == states.RECEIVED]
    senders = User.objects.filter(pk__in={draft.sender_id for draft in new})
    list(senders.select_for_update(no_key=True).order_by("pk"))
    single = _without_copies(new)
    judged = judge_all(single)
    batch = [(draft, judged[draft.pk]) for draft in single]
    settle_all(batch)
    _send_or_hold(batch)


def _send_or_hold(batch: Sequence[JudgedDraft]) -> None:
    """Release the drafts that are complete, and have the senders of the others told."""
    going = [pair for pair in batch if pair[0].state == states.READY and pair[0].sender.is_active]
    held = [pair for pair in batch if pair not in going]
    release_all(going)
    audit.record_all(
        audit.line(
            "hold", str(draft), organization_id=draft.organization_id,
            reasons=sorted({item.verdict.reason for item in judged} - {""}), problem=draft.problem,
        )
        for draft, judged in held
    )  # fmt: skip
    plan_telling(*(draft for draft, _ in held))


def judge_again(drafts: Sequence[Draft], *, new_policy: bool = False) -> None:
    """Judge held drafts after data or policy changed; a complete one goes out or asks.

    The drafts are locked; one that is not held is passed over.
    """
    held = [draft for draft in drafts if draft.state in states.HELD]
    were_ready = {draft.pk for draft in held if draft.state == states.READY}
    judged = judge_all(held)
    batch = [(draft, judged[draft.pk]) for draft in held]
    settle_all(batch, new_policy=new_policy)
    go_on(batch, were_ready)


def go_on(batch: Sequence[JudgedDraft], were_ready: Collection[int]) -> None:
    """Let drafts that were just settled go out by themselves, or have their senders told.

    Where nobody may send from the web app a complete draft always goes out. They are locked.
    """
    going = [pair for pair in batch if _goes_out(pair[0], pair[0].pk in were_ready)]
    release_all(going, by_itself=True)
    changed = [
        draft
        for draft, _ in batch
        if draft.state in states.HELD and (draft.state == states.READY) != (draft.pk in were_ready)
    ]
    verbs = {states.READY: "become_complete", states.WAITING: "become_incomplete"}
    audit.record_all(
        audit.line(verbs[draft.state], str(draft), organization_id=draft.organization_id)
        for draft in changed
    )
    plan_telling(*changed)


def judge_changes() -> int:
    """Judge drafts that wait for changed addresses; return how many changes were followed."""
    failed_before = _judging.due_again()
    _judging.each(failed_before, _judge_one)
    changes = unlocked_in_turns(_changes.open(pending_changes()), CHANGES)
    return sum(_changes.each(changes, _follow))


def judge_policies() -> int:
    """Judge the held drafts whose organization's policy changed; return how many were looked at."""
    organizations = Organization.objects.in_bulk()
    seen = PolicySeen.objects.in_bulk(field_name="organization_id")
    _judging_policy.each(_judging_policy.due_again(), partial(_judge_one, new_policy=True))
    looked_at = _policies.each(
        sorted(organizations), lambda pk: _follow_policy(organizations[pk], seen.get(pk))
    )
    return sum(looked_at)


def _judge_one(draft_id: int, *, new_policy: bool = False) -> None:
    act_on_one(draft_id, act=partial(judge_again, new_policy=new_policy))


def _goes_out(draft: Draft, was_ready: bool) -> bool:
    policy = draft.organization.policy
    asks = policy.web_sending and (was_ready or not policy.send_when_complete)
    return draft.state == states.READY and not asks


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
    ids = list(found.values_list("pk", flat=True)[:BATCH])
    judge_all_again = partial(judge_again, new_policy=True)
    _judging_policy.each(act_on_free(ids, judge_all_again), partial(_judge_one, new_policy=True))
    done = PolicySeen.objects.filter(pk=seen.pk, digest=digest)
    done.update(cursor=ids[-1] if ids else None)
    return len(ids)


def _follow(change_id: int) -> bool:
    """Judge some of the drafts that wait for a changed address.

    One worker at a time follows a change, the other takes the next one: False when it is taken.
    """
    with transaction.atomic():
        change = claim_change(change_id)
        if change is None:
            return False
        ids = _waiting_for(change)
        left = act_on_free(ids, judge_again)
        if not ids:
            finish_change(change_id)
        elif not left:
            advance_change(change_id, ids[-1])
    if left:
        _judging.each(left, _judge_one)
        advance_change(change_id, ids[-1])
    return True


def _waiting_for(change: AddressChange) -> list[int]:
    """Return some drafts that wait for a changed address, in the order of the index on it."""
    rows = Recipient.objects.exclude(reason="").filter(
        _concerns(change.address),
        draft__gt=change.cursor,
        draft__organization=change.organization_id,
        draft__state__in=[states.RECEIVED, *states.HELD],
    )
    if change.owner_id:
        rows = rows.filter(draft__sender=change.owner_id)
    return list(rows.order_by("draft_id").values_list("draft_id", flat=True).distinct()[:BATCH])


def _concerns(address: str) -> Q:
    if not address:
        return Q()  # a whole address book changed
    if address.startswith("@"):
        return Q(domain=address[1:])
    return Q(address=address)


def _recognize_resend(draft: Draft) -> None:
    """Let the draft take the place of the same mail held before; hold it when that was sent."""
    same = list(same_mail(draft))
    older = [copy.pk for copy in same if copy.state in states.HELD and copy.pk < draft.pk]
    addresses = _addresses(draft) if older else set()
    locked = Draft.objects.select_for_update().filter(pk__in=older, state__in=states.HELD)
    for old in locked.order_by("pk") if older else ():
        if addresses >= _addresses(old):
            _supersede(old, draft)
    released = [copy for copy in same if copy.state in {states.SENDING, states.SENT}]
    if released:
        draft.duplicate_of = released[-1]
        draft.problem = draft.problem or states.DUPLICATE
        draft.save(update_fields=["duplicate_of", "problem"])


def _without_copies(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts whose mail their sender has sent once only, as far as is known."""
    since = min((draft.created_at for draft in drafts), default=timezone.now()) - RESENT_WITHIN
    copies = _alive(since).filter(sender=OuterRef("sender"), fingerprint=OuterRef("fingerprint"))
    known = Draft.objects.filter(Exists(copies.exclude(pk=OuterRef("pk"))))
    copied = set(known.filter(pk__in=[draft.pk for draft in drafts]).values_list("pk", flat=True))
    return [draft for draft in drafts if draft.pk not in copied]


def _give_way_to_newer(draft: Draft) -> bool:
    """Let a newer copy that was judged first take the place of this draft; tell whether it did."""
    newer = same_mail(draft).filter(state__in=states.HELD, pk__gt=draft.pk)
    for copy in newer.order_by("-pk"):
        if _addresses(copy) >= _addresses(draft):
            _supersede(draft, copy)
            return True
    return False


def same_mail(draft: Draft) -> QuerySet[Draft]:
    """Return what else its sender sent that looks the same, to one of its recipients at least.

    It is held, or goes out, or did so less than a day before: what recurs later is a new mail.
    """
    shared = Recipient.objects.filter(
        draft=OuterRef("pk"), address__in=draft.recipients.values("address")
    )
    same = _alive(draft.created_at - RESENT_WITHIN).filter(
        Exists(shared), sender=draft.sender_id, fingerprint=draft.fingerprint
    )
    return same.exclude(pk=draft.pk).order_by("pk")


def _alive(since: datetime) -> QuerySet[Draft]:
    """Return the drafts that are not over, and those that were released since then."""
    recent = Q(released_at=None) | Q(released_at__gt=since)
    return Draft.objects.filter(recent).exclude(state__in=states.GIVEN_UP)


def _addresses(draft: Draft) -> set[str]:
    return set(draft.recipients.values_list("address", flat=True))


def _supersede(old: Draft, new: Draft) -> None:
    stop_telling(old)
    move(old, states.SUPERSEDED, states.MOVES, superseded_by=new, remind_at=None)
    audit.record("supersede", str(old), organization_id=old.organization_id, by=str(new))
