"""What every action on a recipient starts and ends with."""

from datetime import datetime

from accounts import audit
from accounts.models import User
from delivery.models import Message, MessageRecipient


def lock(pk: int) -> MessageRecipient:
    """Return the recipient, held by this transaction, as it is now."""
    rows = MessageRecipient.objects.select_related("message__organization", "message__sender")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def lock_message(pk: int) -> Message:
    """Return the message, held by this transaction, as it is now."""
    rows = Message.objects.select_related("organization", "sender")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def end_codes(row: MessageRecipient, now: datetime) -> None:
    """Have no code that was sent to this recipient work any more."""
    row.challenges.filter(used_at=None, expires_at__gt=now).update(expires_at=now, code=b"")


def forget_failures(row: MessageRecipient) -> list[str]:
    """Let a recipient begin with all their tries; return the fields to save."""
    row.failures, row.locks, row.locked_until, row.wrong_codes = 0, 0, None, ""
    return ["failures", "locks", "locked_until", "wrong_codes"]


def record(verb: str, message: Message, *, actor: User | None = None, **data: object) -> None:
    """Write the audit line of what happened to a message."""
    audit.record(
        verb,
        str(message),
        organization_id=message.organization_id,
        actor_id=actor.pk if actor else None,
        **data,
    )
