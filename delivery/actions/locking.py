"""What every action on a recipient starts and ends with."""

from datetime import datetime

from accounts import audit
from accounts.models import User
from accounts.policy import ACCESS_CODE
from delivery.access import tries_digest
from delivery.models import CodeTries, Message, MessageRecipient, Tries


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


def lock_tries(row: MessageRecipient) -> Tries:
    """Return what the wrong tries of a recipient who is locked are counted in, held as well.

    Whoever tries the same access code for another message waits here. Raises VaultError.
    """
    if row.method != ACCESS_CODE:
        return row
    digest = tries_digest(row)
    rows = CodeTries.objects.select_for_update().filter(digest=digest)
    while (found := rows.first()) is None:  # or somebody who had it just forgot it
        new = CodeTries(
            organization=row.message.organization, address=row.address, digest=digest,
            failures=row.failures, locks=row.locks, locked_until=row.locked_until,
        )  # what the recipient has is of before there were these rows  # fmt: skip
        CodeTries.objects.bulk_create([new], ignore_conflicts=True)
    return found


def forget_tries(row: MessageRecipient) -> None:
    """Let a recipient begin with all their tries, for all messages that the same code opens."""
    row.failures, row.locks, row.locked_until = 0, 0, None
    row.save(update_fields=row.counters)
    if row.method == ACCESS_CODE:
        CodeTries.objects.filter(digest=tries_digest(row)).delete()


def record(verb: str, message: Message, *, actor: User | None = None, **data: object) -> None:
    """Write the audit line of what happened to a message."""
    audit.record(
        verb,
        str(message),
        organization_id=message.organization_id,
        actor_id=actor.pk if actor else None,
        **data,
    )
