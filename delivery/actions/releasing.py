"""A draft becomes a message; its recipients follow what became of their mails."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from delivery import states
from delivery.actions.locking import record
from delivery.content import Content, Secret
from delivery.models import Message, MessageAttachment, MessageRecipient
from delivery.outgoing import OutgoingAttachment, OutgoingMessage, OutgoingRecipient
from flow.sweeps import skip_locked
from notifications import states as notification_states
from notifications.actions import queue_mail
from notifications.letters import Mail
from vault.tokens import link_token_hash

BATCH = 500


@transaction.atomic
def send_message(outgoing: OutgoingMessage) -> Message:
    """Store a message and queue a mail with a link of their own to each recipient.

    Belongs in the transaction that releases the draft.
    """
    message = _store_message(outgoing)
    _store_attachments(message, outgoing.attachments)
    recipients = [_new_recipient(message, each) for each in outgoing.recipients]
    MessageRecipient.objects.bulk_create(recipients, batch_size=100)
    for recipient in recipients:
        _queue_ready_mail(recipient)
    MessageRecipient.objects.bulk_update(recipients, ["notification"], batch_size=100)
    record("send_message", message, recipients=len(recipients))
    return message


@transaction.atomic
def follow_notifications() -> int:
    """Bring recipients up to date with their mails, a batch at a time; return how many moved."""
    waiting = MessageRecipient.objects.filter(
        state=states.QUEUED,
        notification__state__in=[notification_states.SENT, notification_states.FAILED],
    )
    found = list(skip_locked(waiting.select_related("message", "notification"))[:BATCH])
    arrived = [row for row in found if _notification_state(row) == notification_states.SENT]
    failed = [row for row in found if _notification_state(row) != notification_states.SENT]
    now = timezone.now()
    _move_queued(arrived, states.NOTIFIED, notified_at=now)
    _move_queued(failed, states.BOUNCED, stopped_at=now)
    return len(found)


def _store_message(outgoing: OutgoingMessage) -> Message:
    message = Message(
        organization_id=outgoing.organization_id,
        sender_id=outgoing.sender_id,
        expires_at=timezone.now() + timedelta(days=outgoing.keep_days),
    )
    content = Content(
        subject=outgoing.subject,
        text=outgoing.text,
        html=outgoing.html,
        sender_name=message.sender.display_name,
    )
    message.seal_content(content)
    message.save()
    return message


def _store_attachments(message: Message, attachments: Sequence[OutgoingAttachment]) -> None:
    rows = []
    for position, attachment in enumerate(attachments):
        row = MessageAttachment(
            message=message,
            position=position,
            content_type=attachment.content_type[:100],
            content_id=attachment.content_id[:250],
            inline=attachment.inline,
            blob_id=attachment.blob_id,
        )
        row.seal_name(attachment.name)
        rows.append(row)
    MessageAttachment.objects.bulk_create(rows, batch_size=100)


def _new_recipient(message: Message, outgoing: OutgoingRecipient) -> MessageRecipient:
    row = MessageRecipient(
        message=message,
        address=outgoing.address,
        name=outgoing.name[:200],
        kind=outgoing.kind,
        language=message.organization.language,
        token_hash=link_token_hash(f"guest:{outgoing.address}", message.uid),
        method=outgoing.method,
        source=outgoing.source,
        datum_id=outgoing.datum_id,
    )
    row.seal_secret(Secret(outgoing.value, outgoing.hint))
    return row


def _queue_ready_mail(row: MessageRecipient) -> None:
    message = row.message
    organization = message.organization
    sender = message.sender
    zone = ZoneInfo(organization.time_zone)
    mail = Mail(
        kind="message_ready",
        to=row.address,
        to_name=row.name,
        language=row.language,
        from_name=f"{sender.display_name} ({organization.name})",
        reply_to=sender.email,
        context={
            "organization_name": organization.name,
            "sender_name": sender.display_name,
            "sender_email": sender.email,
            "recipient_name": row.name,
            "link": settings.BASE_URL + reverse("guest", args=[row.token]),
            "method": row.method,
            "expires_on": message.expires_at.astimezone(zone).date(),
            "phrase": "",
        },
    )
    row.notification = queue_mail(
        mail,
        organization_id=organization.pk,
        about=str(message),
        key=f"message:{message.pk}:{row.pk}:ready",
    )


def _move_queued(rows: Sequence[MessageRecipient], new: str, **fields: datetime) -> None:
    """Move queued recipients that this transaction has locked, with two statements for all."""
    still_queued = MessageRecipient.objects.filter(pk__in=[row.pk for row in rows])
    still_queued.filter(state=states.QUEUED).update(state=new, **fields)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organization_id=row.message.organization_id,
            verb=f"recipient_{new}",
            about=str(row.message),
            data={"recipient": row.pk},
        )
        for row in rows
    )


def _notification_state(row: MessageRecipient) -> str:
    return row.notification.state if row.notification else ""
