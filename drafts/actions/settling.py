"""What a judgement leaves in a draft: verdicts, state, and when it ends and is reminded of."""

from django.utils import timezone

from drafts import states
from drafts.access import Judged
from drafts.actions.telling import stop_telling
from drafts.models import Draft, Recipient
from drafts.reminders import Life, expiry_of, next_reminder
from flow.moves import move


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


def _plan_life(draft: Draft) -> None:
    """Set when this held draft ends, and when its sender is reminded of it."""
    policy = draft.organization.policy
    draft.expires_at = expiry_of(draft.created_at, policy)
    zone = draft.organization.zone
    life = Life(draft.created_at, draft.expires_at, zone)
    draft.remind_at = next_reminder(life, policy, timezone.now())
    draft.save(update_fields=["expires_at", "remind_at"])


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
