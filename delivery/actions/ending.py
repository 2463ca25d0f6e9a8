"""The sender withdraws or prolongs a message; what has come to its end is destroyed."""

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import User
from delivery import codes, states
from delivery.access import tries_of
from delivery.actions.limits import count, mail_cap
from delivery.actions.locking import end_codes, forget_tries, lock, lock_message, record
from delivery.actions.numbers import ClosedError, send_again
from delivery.models import Message, MessageAttachment, MessageRecipient, Reply, ReplyAttachment
from flow.actions import Sweep
from flow.moves import move
from notifications.actions import cancel, cancel_about
from vault.models import Blob

UNDO_TIME = timedelta(minutes=10)
EXTENSION = timedelta(days=30)
LONGEST = timedelta(days=365)
BATCH = 20
END = "delivery.tasks.end_messages"

_ending = Sweep(END, Message)


@transaction.atomic
def revoke(actor: User, recipient: MessageRecipient) -> None:
    """Withdraw the message from one recipient; within UNDO_TIME that can be taken back."""
    message = lock_message(recipient.message_id)
    _revoke(actor, lock(recipient.pk), timezone.now())
    plan_destruction(message)


@transaction.atomic
def revoke_all(actor: User, message: Message) -> None:
    """Withdraw the message from everybody; after UNDO_TIME its content is destroyed."""
    held = lock_message(message.pk)
    for pk in held.recipients.values_list("pk", flat=True):
        _revoke(actor, lock(pk), timezone.now())
    plan_destruction(held)


@transaction.atomic
def take_back_revocation(actor: User, recipient: MessageRecipient) -> None:
    """Give a recipient the message back, as it was. Raises ClosedError when it is too late."""
    message = lock_message(recipient.message_id)
    row = lock(recipient.pk)
    now = timezone.now()
    if not can_take_back(row, now) or message.ended_at:
        raise ClosedError
    if row.read_at or row.notified_at:
        move(
            row,
            states.READ if row.read_at else states.NOTIFIED,
            states.MOVES,
            stopped_at=None,
        )
    else:
        send_again(row)
    record("take_back_revocation", message, actor=actor, recipient=row.pk)
    plan_destruction(message)


def can_take_back(row: MessageRecipient, now: datetime) -> bool:
    """Tell whether a withdrawal can still be taken back."""
    if row.state != states.REVOKED or row.stopped_at is None:
        return False
    return now - row.stopped_at < UNDO_TIME and row.message.expires_at > now


@transaction.atomic
def extend(actor: User, message: Message) -> None:
    """Keep a message readable for longer, up to a year after it was sent. Raises ClosedError."""
    held = lock_message(message.pk)
    if held.ended_at or held.expires_at <= timezone.now():
        raise ClosedError
    held.expires_at = min(held.expires_at + EXTENSION, held.created_at + LONGEST)
    held.save(update_fields=["expires_at"])
    plan_destruction(held)
    record("extend_message", held, actor=actor)


@transaction.atomic
def resend(actor: User, recipient: MessageRecipient) -> None:
    """Send the mail with the link again. Raises ClosedError, CapReachedError."""
    row = lock(recipient.pk)
    now = timezone.now()
    if row.state not in states.OPEN or row.message.expires_at <= now:
        raise ClosedError
    count([mail_cap(row.pk)], now)
    send_again(row)
    record("resend_mail", row.message, actor=actor, recipient=row.pk)


@transaction.atomic
def unlock(actor: User, recipient: MessageRecipient) -> None:
    """Let a recipient try again after too many wrong codes: for all that an access code opens."""
    row = lock(recipient.pk)
    tries = tries_of([row])[row.pk]
    if not codes.is_locked(tries.failures, tries.locked_until, row.method, timezone.now()):
        return
    forget_tries(row)
    record("unlock_recipient", row.message, actor=actor, recipient=row.pk)


def end_messages() -> int:
    """Destroy what has come to its end, a few messages at a time; return how many."""
    now = timezone.now()
    due = Message.objects.filter(ended_at=None, destroy_at__lte=now)
    return _ending.run(due.order_by("destroy_at"), partial(_end_all, now=now), BATCH)


def _revoke(actor: User, row: MessageRecipient, now: datetime) -> None:
    if row.state not in states.LIVE or row.message.expires_at <= now:
        return
    move(row, states.REVOKED, states.MOVES, stopped_at=now)
    end_codes(row, now)
    cancel_about(str(row), "code")
    if row.notification is not None:
        cancel(row.notification)
    record("revoke_message", row.message, actor=actor, recipient=row.pk)


def plan_destruction(message: Message) -> None:
    """Have the content destroyed when it expires, or soon when nobody may read it any more."""
    live = message.recipients.filter(state__in=states.LIVE).exists()
    soon = timezone.now() + UNDO_TIME
    message.destroy_at = message.expires_at if live else min(soon, message.expires_at)
    message.save(update_fields=["destroy_at"])


def _end_all(messages: list[Message], *, now: datetime) -> None:
    for message in messages:
        _end(message, now)


def _end(message: Message, now: datetime) -> None:
    """Destroy the keys of a message and of its replies: nothing of them can be opened again."""
    for row in message.recipients.filter(state__in=states.LIVE):
        move(row, states.EXPIRED, states.MOVES, stopped_at=now)
        cancel_about(str(row), "code")
    blobs = _blobs_of(message)
    message.attachments.all().delete()
    ReplyAttachment.objects.filter(reply__message=message).delete()
    Reply.objects.filter(message=message).update(data_key=b"", content=b"")
    message.recipients.update(secret=b"")
    message.data_key, message.content, message.shown, message.ended_at = b"", b"", b"", now
    message.save(update_fields=["data_key", "content", "shown", "ended_at"])
    for blob in blobs:
        _destroy(blob)
    record("end_message", message)


def _blobs_of(message: Message) -> list[Blob]:
    own = MessageAttachment.objects.filter(message=message).values("blob")
    answered = ReplyAttachment.objects.filter(reply__message=message).values("blob")
    return [*Blob.objects.filter(pk__in=own), *Blob.objects.filter(pk__in=answered)]


def _destroy(blob: Blob) -> None:
    """Delete a file with its key, unless another message or draft shares it."""
    try:
        with transaction.atomic():
            blob.delete()
    except ProtectedError:
        return
