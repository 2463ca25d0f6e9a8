"""What a judgement leaves in a draft: verdicts, state, and when it ends and is reminded of."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils import timezone

from drafts import states
from drafts.access import Judged
from drafts.actions.telling import stop_telling
from drafts.models import Draft, Recipient
from drafts.reminders import Life, expiry_of, hours_of, next_reminder
from flow.moves import move_all

JudgedDraft = tuple[Draft, list[Judged]]


def settle(draft: Draft, judged: list[Judged]) -> bool:
    """Store the verdicts and move the draft to waiting or ready; tell whether it is ready.

    What was to be mailed of the state before is called off.
    """
    settle_all([(draft, judged)])
    return draft.state == states.READY


def settle_all(batch: Sequence[JudgedDraft], *, new_policy: bool = False) -> None:
    """Do the same for several drafts, in a number of statements that does not grow with them."""
    _store_verdicts(
        [item.recipient for _, judged in batch for item in judged if _take_verdict(item)]
    )
    moving = [draft for draft, judged in batch if draft.state != _state(draft, judged)]
    stop_telling(*(draft for draft in moving if draft.state in states.HELD))
    for state in (states.WAITING, states.READY):
        going = [one for one, judged in batch if one in moving and _state(one, judged) == state]
        move_all(going, state, states.MOVES)
    unplanned = [draft for draft, _ in batch if new_policy or draft.expires_at is None]
    for draft in unplanned:
        _plan_life(draft)
    Draft.objects.bulk_update(unplanned, ["expires_at", "remind_at"], batch_size=100)


def _store_verdicts(changed: Sequence[Recipient]) -> None:
    """Store verdicts, those that name no datum together: they are one of a few kinds."""
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in changed:
        if row.datum_id is None:
            alike[row.reason, row.method, row.source].append(row.pk)
    for (reason, method, source), ids in alike.items():
        rows = Recipient.objects.filter(pk__in=ids)
        rows.update(reason=reason, method=method, source=source, datum=None)
    known = [row for row in changed if row.datum_id is not None]
    Recipient.objects.bulk_update(known, ["reason", "method", "source", "datum"], batch_size=100)


def _state(draft: Draft, judged: list[Judged]) -> str:
    ready = not draft.problem and all(item.complete for item in judged)
    return states.READY if ready else states.WAITING


def _plan_life(draft: Draft) -> None:
    """Set when this held draft ends, and when its sender is reminded of it."""
    policy = draft.organization.policy
    draft.expires_at = expiry_of(draft.created_at, policy)
    hours = hours_of(policy, draft.organization.zone)
    life = Life(draft.created_at, draft.expires_at, hours)
    draft.remind_at = next_reminder(life, policy, timezone.now())


def _take_verdict(item: Judged) -> bool:
    """Put the verdict on its recipient; tell whether it says something else than before."""
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
