"""A recipient says that a number or code is not right; the sender puts it right."""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.policy import DRAFT, SMS
from contacts.actions import dispute, learn, settle_dispute
from delivery import states
from delivery.access import is_open
from delivery.actions.limits import claim_cap, count, mail_cap
from delivery.actions.locking import end_codes, forget_tries, lock, record
from delivery.actions.telling import CODE, NUMBER, NUMBER_WRONG, queue_ready_mail, tell_sender
from delivery.content import Secret
from delivery.models import MessageRecipient
from flow.moves import move
from notifications.actions import cancel, cancel_about


class ClosedError(Exception):
    """The message was withdrawn from this recipient, or has come to its end."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What the sender typed: a number (E.164), or an access code with its hint."""

    value: str = field(repr=False)
    hint: str = field(default="", repr=False)


@transaction.atomic
def report_wrong_number(recipient: MessageRecipient) -> None:
    """A recipient says that the number is not theirs, or that they do not know the code.

    No SMS goes there any more, and the sender is told. The others notice nothing. Raises
    CapReachedError.
    """
    now = timezone.now()
    row = lock(recipient.pk)
    if not is_open(row, now):
        return
    count([claim_cap(row.pk)], now)
    move(row, states.SUSPENDED, states.MOVES, stopped_at=now)
    end_codes(row, now)
    cancel_about(str(row), "code")
    if row.method == SMS:
        dispute(row.message.sender, row.address, row.open_secret().value)
    tell_sender(row, NUMBER if row.method == SMS else CODE)
    record("report_wrong_number", row.message, recipient=row.pk, method=row.method)


@transaction.atomic
def take_back_wrong_number(recipient: MessageRecipient) -> None:
    """It was right after all: the recipient can be verified again. Raises CapReachedError."""
    row = lock(recipient.pk)
    if row.state != states.SUSPENDED:
        return
    count([claim_cap(row.pk)], timezone.now())
    move(row, states.NOTIFIED, states.MOVES, stopped_at=None)
    cancel_about(str(row), NUMBER_WRONG)
    if row.method == SMS:
        settle_dispute(row.message.sender, row.address, row.open_secret().value)
    record("take_back_wrong_number", row.message, recipient=row.pk)


@transaction.atomic
def keep_number(actor: User, recipient: MessageRecipient) -> None:
    """The sender says that the number or code is right: this recipient alone gets the mail again.

    The number may be used for other messages again. Raises ClosedError, CapReachedError.
    """
    now = timezone.now()
    row = lock(recipient.pk)
    if row.state != states.SUSPENDED or row.message.expires_at <= now:
        raise ClosedError
    count([mail_cap(row.pk)], now)
    cancel_about(str(row), NUMBER_WRONG)
    if row.method == SMS:
        settle_dispute(row.message.sender, row.address, row.open_secret().value)
    send_again(row, kept=True)
    record("keep_number", row.message, actor=actor, recipient=row.pk, method=row.method)


@transaction.atomic
def correct_recipient(actor: User, recipient: MessageRecipient, correction: Correction) -> None:
    """The sender gives another number or code: this recipient alone gets the mail again.

    Whoever could read the message by the old one no longer can. Raises ClosedError.
    """
    now = timezone.now()
    row = lock(recipient.pk)
    if row.state not in states.LIVE or row.message.expires_at <= now:
        raise ClosedError
    end_codes(row, now)
    cancel_about(str(row), "code")
    cancel_about(str(row), NUMBER_WRONG)
    row.seal_secret(Secret(correction.value, correction.hint))
    row.source, row.datum = DRAFT, None
    row.save(update_fields=["secret", "source", "datum"])
    forget_tries(row)
    learn(
        actor,
        row.address,
        row.name,
        method=row.method,
        value=correction.value,
        hint=correction.hint,
    )
    send_again(row)
    record("correct_recipient", row.message, actor=actor, recipient=row.pk, method=row.method)


def send_again(row: MessageRecipient, *, kept: bool = False) -> None:
    """Queue the mail with the link again, for a recipient who is locked by this transaction."""
    if row.notification is not None:
        cancel(row.notification)
    row.mails += 1
    fields = {
        "mails": row.mails,
        "notification": queue_ready_mail(row, kept=kept),
        "stopped_at": None,
    }
    if row.state == states.QUEUED:
        MessageRecipient.objects.filter(pk=row.pk).update(**fields)
    else:
        move(row, states.QUEUED, states.MOVES, **fields)
