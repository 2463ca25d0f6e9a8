"""A draft becomes a message."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from delivery.actions.locking import record
from delivery.actions.telling import queue_ready_mail
from delivery.content import Content, Secret
from delivery.models import Message, MessageAttachment, MessageRecipient
from delivery.outgoing import OutgoingAttachment, OutgoingMessage, OutgoingRecipient
from vault.tokens import link_token_hash


@transaction.atomic
def send_message(outgoing: OutgoingMessage) -> Message:
    """Store a message and queue a mail with a link of their own to each recipient.

    Belongs in the transaction that releases the draft.
    """
    message = _store_message(outgoing)
    _store_attachments(message, outgoing.attachments)
    chosen = _chosen_languages(outgoing)
    recipients = [_new_recipient(message, each, chosen) for each in outgoing.recipients]
    MessageRecipient.objects.bulk_create(recipients, batch_size=100)
    for recipient in recipients:
        recipient.notification = queue_ready_mail(recipient)
    MessageRecipient.objects.bulk_update(recipients, ["notification"], batch_size=100)
    record("send_message", message, recipients=len(recipients))
    return message


def _store_message(outgoing: OutgoingMessage) -> Message:
    ends_at = timezone.now() + timedelta(days=outgoing.keep_days)
    message = Message(
        organization_id=outgoing.organization_id,
        sender_id=outgoing.sender_id,
        expires_at=ends_at,
        destroy_at=ends_at,
    )
    content = Content(
        subject=outgoing.subject,
        text=outgoing.text,
        html=outgoing.html,
        sender_name=message.sender.display_name,
        message_id=outgoing.message_id,
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


def _chosen_languages(outgoing: OutgoingMessage) -> dict[str, str]:
    """Return the language of each recipient who chose one at an earlier message, in one query."""
    rows = MessageRecipient.objects.filter(
        message__organization=outgoing.organization_id,
        address__in=[recipient.address for recipient in outgoing.recipients],
        language_chosen=True,
    )
    return dict(rows.order_by("pk").values_list("address", "language"))


def _new_recipient(
    message: Message, outgoing: OutgoingRecipient, chosen: Mapping[str, str]
) -> MessageRecipient:
    row = MessageRecipient(
        message=message,
        address=outgoing.address,
        name=outgoing.name[:200],
        kind=outgoing.kind,
        language=chosen.get(outgoing.address, message.organization.language),
        language_chosen=outgoing.address in chosen,
        token_hash=link_token_hash(f"guest:{outgoing.address}", message.uid),
        method=outgoing.method,
        source=outgoing.source,
        datum_id=outgoing.datum_id,
    )
    row.seal_secret(Secret(outgoing.value, outgoing.hint))
    return row
