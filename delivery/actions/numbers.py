"""A recipient says that a mobile number is not theirs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.policy import SMS
from addresses.phone import mask_phone
from delivery import states
from delivery.access import is_open
from delivery.actions.locking import end_codes, lock, record
from delivery.models import MessageRecipient
from flow.moves import move
from notifications.actions import cancel_about, queue_mail
from notifications.letters import Mail


@transaction.atomic
def report_wrong_number(recipient: MessageRecipient) -> None:
    """A recipient says that the number is not theirs: no SMS any more, the sender is told."""
    now = timezone.now()
    row = lock(recipient.pk)
    if not is_open(row, now) or row.method != SMS:
        return
    move(row, states.SUSPENDED, states.MOVES, stopped_at=now)
    end_codes(row, now)
    cancel_about(str(row), "code")
    _queue_wrong_number_mail(row, now)
    record("report_wrong_number", row.message, recipient=row.pk)


@transaction.atomic
def take_back_wrong_number(recipient: MessageRecipient) -> None:
    """The number was right after all: the recipient can be sent a code again."""
    row = lock(recipient.pk)
    if row.state != states.SUSPENDED:
        return
    move(row, states.NOTIFIED, states.MOVES, stopped_at=None)
    cancel_about(str(row), "number_wrong")
    record("take_back_wrong_number", row.message, recipient=row.pk)


def _queue_wrong_number_mail(row: MessageRecipient, now: datetime) -> None:
    message = row.message
    sender = message.sender
    zone = ZoneInfo(message.organization.time_zone)
    mail = Mail(
        kind="number_wrong",
        to=sender.email,
        to_name=sender.name,
        language=sender.language,
        context={
            "organization_name": message.organization.name,
            "sender_name": sender.display_name,
            "recipient": row.name or row.address,
            "address": row.address,
            "number": mask_phone(row.open_secret().value),
            "sent_on": message.created_at.astimezone(zone).date(),
            "link": settings.BASE_URL + reverse("message", args=[message.pk]),
        },
    )
    queue_mail(
        mail,
        organization_id=message.organization_id,
        about=str(row),
        key=f"message:{message.pk}:{row.pk}:number_wrong:{int(now.timestamp())}",
    )
