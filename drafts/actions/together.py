"""Filling in one person in all the drafts that wait for them, and sending those that are ready."""

from collections.abc import Iterable

from accounts.models import User
from drafts import states
from drafts.actions.finishing import Seen, Unfinished, complete_recipients, send_draft
from drafts.incoming import Choice
from drafts.models import Draft, Recipient


def complete_together(
    waiting: Iterable[Recipient], choice: Choice, *, seen: Seen, actor: User
) -> tuple[list[int], int]:
    """Keep one choice in each draft, each in a transaction of its own.

    Return the ids of the drafts that have it now, and how many were passed over because they
    changed meanwhile. Raises SendingForbidden.
    """
    filled, passed = [], 0
    for recipient in waiting:
        if recipient.pk not in seen:
            passed += 1
            continue
        try:
            late = complete_recipients(
                recipient.draft, {recipient.pk: choice}, seen=seen, actor=actor
            )
        except Unfinished:
            passed += 1
            continue
        if late:
            passed += 1
        else:
            filled.append(recipient.draft_id)
    return filled, passed


def send_together(drafts: Iterable[Draft], *, actor: User) -> int:
    """Send those of these drafts that are ready; return how many. Raises SendingForbidden."""
    sent = 0
    for draft in drafts:
        if draft.state != states.READY:
            continue
        try:
            sent += send_draft(draft, {}, actor=actor)
        except Unfinished:
            continue
    return sent
