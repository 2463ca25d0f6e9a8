"""A recipient answers on the page: the sender, or everybody in To and Cc, can read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from delivery import states
from delivery.access import is_open, readers_of_reply
from delivery.actions.limits import DAY, REPLIES_OF_RECIPIENT, REPLY, Cap, count
from delivery.actions.locking import lock, record
from delivery.actions.numbers import ClosedError
from delivery.actions.telling import guest_link, look_of, message_link
from delivery.content import ReplyContent
from delivery.models import MessageRecipient, Reply, ReplyAttachment
from delivery.outgoing import BCC
from notifications.actions import queue_mail
from notifications.letters import Mail, MailFile
from vault.actions import store_stream
from vault.models import Blob

IN_MAIL_BYTES = 10 * 1024 * 1024  # files that go along with a reply in full


class Upload(Protocol):
    """A file that came with a reply."""

    name: str | None
    size: int | None
    content_type: str | None

    def chunks(self) -> Iterator[bytes]:
        """Yield the contents in pieces."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a recipient wrote."""

    subject: str
    text: str = field(repr=False)
    to_all: bool
    files: Sequence[Upload]


@transaction.atomic
def store_reply(recipient: MessageRecipient, answer: Answer) -> Reply:
    """Store a reply, sealed, and tell who may read it. Raises ClosedError, CapReachedError."""
    now = timezone.now()
    row = lock(recipient.pk)
    if row.state != states.READ or not is_open(row, now):
        raise ClosedError
    count([Cap(REPLY, str(row.pk), REPLIES_OF_RECIPIENT, DAY)], now)
    reply = Reply(message=row.message, recipient=row)
    reply.to_all = answer.to_all and row.kind != BCC
    reply.seal_content(ReplyContent(answer.subject, answer.text))
    reply.save()
    files = [_store_file(reply, position, file) for position, file in enumerate(answer.files)]
    _tell_sender(reply, row, answer, files)
    for reader in readers_of_reply(reply):
        _tell_reader(reply, reader)
    record("reply", row.message, recipient=row.pk, to_all=reply.to_all, files=len(files))
    return reply


def _store_file(reply: Reply, position: int, upload: Upload) -> ReplyAttachment:
    row = ReplyAttachment(
        reply=reply,
        position=position,
        content_type=(upload.content_type or "")[:100],
        blob=store_stream(upload.chunks(), upload.size or 0),
    )
    row.seal_name(upload.name or "")
    row.save()
    return row


def _tell_sender(
    reply: Reply, row: MessageRecipient, answer: Answer, files: Sequence[ReplyAttachment]
) -> None:
    message, sender = row.message, row.message.sender
    in_full = message.organization.policy.replies_in_full
    fits = sum(file.blob.size for file in files) <= IN_MAIL_BYTES
    mail = Mail(
        kind="reply_received",
        to=sender.email,
        to_name=sender.name,
        language=sender.language,
        from_name=row.name or row.shown_address,
        reply_to=row.address,
        in_reply_to=message.open_content().message_id,
        context={
            "organization_name": message.organization.name,
            "recipient_name": row.name or row.shown_address,
            "address": row.address,
            "subject": answer.subject,
            "text": answer.text if in_full else "",
            "file_count": len(files),
            "files_inside": bool(files) and in_full and fits,
            "link": f"{message_link(message)}#reply-{reply.pk}",
        },
        files=tuple(map(_mail_file, files)) if in_full and fits else (),
    )
    queue_mail(
        mail,
        organization_id=message.organization_id,
        about=str(message),
        key=f"reply:{reply.pk}:sender",
    )


def _mail_file(file: ReplyAttachment) -> MailFile:
    return MailFile(file.open_name(), file.content_type, _bytes_of(file.blob))


def _bytes_of(blob: Blob) -> bytes:
    return b"".join(blob.read())


def _tell_reader(reply: Reply, reader: MessageRecipient) -> None:
    """Tell another recipient in To or Cc, who opens it by a link of their own."""
    look, writer = look_of(reader), reply.recipient
    mail = Mail(
        kind="reply_ready",
        to=reader.address,
        to_name=reader.name,
        language=reader.language,
        from_name=look.from_name,
        from_address=look.from_address,
        list_id=look.list_id,
        logo=look.logo,
        context={
            "organization_name": reply.message.organization.name,
            "sender_name": reply.message.sender.display_name,
            "writer_name": writer.name or writer.shown_address,
            "recipient_name": reader.name,
            "link": guest_link(reader),
            "phrase": look.phrase,
        },
    )
    queue_mail(
        mail,
        organization_id=reply.message.organization_id,
        about=str(reply.message),
        key=f"reply:{reply.pk}:{reader.pk}",
    )
