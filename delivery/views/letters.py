"""A message as a page shows it, to its sender and to its recipients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delivery.access import attachments_of
from delivery.content import Content, ReplyContent
from delivery.models import Message, MessageAttachment, MessageRecipient, Reply
from delivery.outgoing import CC, TO
from delivery.reading import shown_now
from delivery.render import (
    archive_response,
    body_response,
    distinct_names,
    images_of,
    safe_name,
)
from delivery.sanitizer import Cover, Shown
from vault.keys import VaultError


@dataclass(frozen=True, slots=True)
class File:
    """An attachment to download."""

    pk: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A reply, opened."""

    pk: int
    writer: MessageRecipient
    to_all: bool
    at: datetime
    content: ReplyContent
    files: Sequence[File]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says. Recipients in Bcc are in none of its lists."""

    content: Content
    to: Sequence[MessageRecipient]
    cc: Sequence[MessageRecipient]
    files: Sequence[File]
    shown: Shown


def letter_of(message: Message) -> Letter:
    """Open a message. Raises VaultError once its contents were destroyed."""
    content, shown = message.open_content(), shown_of(message)
    people = list(message.recipients.all())
    return Letter(
        content=content,
        to=[person for person in people if person.kind == TO],
        cc=[person for person in people if person.kind == CC],
        files=_files(message, shown),
        shown=shown,
    )


def readable_letter(message: Message) -> Letter | None:
    """Open a message; None when its key is lost, or a part of it is damaged."""
    try:
        return letter_of(message)
    except VaultError:
        return None


def shown_of(message: Message) -> Shown:
    """Return what pages show of a message's HTML. Raises VaultError once it was destroyed.

    Of a message of before this was kept it is made now, by a process of its own.
    """
    shown = message.open_shown()
    return shown if shown is not None else shown_now(message.open_content().html)


def archive_of(message: Message) -> HttpResponseBase:
    """Return the files of a message as one zip."""
    attachments = list(attachments_of(message))
    for attachment in attachments:
        attachment.message = message
    names = distinct_names(attachment.open_name() for attachment in attachments)
    blobs = [attachment.blob for attachment in attachments]
    return archive_response(_("attachments") + ".zip", zip(names, blobs, strict=True))


def print_response(message: Message) -> HttpResponse:
    """Return a message on a page of its own: who wrote to whom, when, and what."""
    letter = letter_of(message)
    content = letter.content
    above = render_to_string("delivery/_print.html", {"message": message, "letter": letter})
    title = content.subject or _("(no subject)")
    cover = Cover(title, get_language() or "en", above)
    shown = letter.shown
    if not content.html:
        shown = Shown((str(linebreaks(content.text or "", autoescape=True)),))
    return body_response(shown, attachments_of(message), cover=cover)


def answers_of(replies: Iterable[Reply]) -> list[Answered]:
    """Open the replies; of one that does not open it is said that it came."""
    return [_readable_answer(reply) for reply in replies]


def _readable_answer(reply: Reply) -> Answered:
    try:
        return _answered(reply)
    except VaultError:
        content = ReplyContent(_("(cannot be opened)"), "")
        return Answered(reply.pk, reply.recipient, reply.to_all, reply.created_at, content, ())


def _answered(reply: Reply) -> Answered:
    files = []
    for attachment in reply.attachments.all():
        attachment.reply = reply
        name = safe_name(attachment.open_name())
        files.append(File(attachment.pk, name, attachment.blob.size))
    content = reply.open_content()
    return Answered(reply.pk, reply.recipient, reply.to_all, reply.created_at, content, files)


def _files(message: Message, shown: Shown) -> list[File]:
    attachments = list(attachments_of(message))
    inside = {attachment.pk for attachment in images_of(shown, attachments)}
    return [_file(message, each) for each in attachments if each.pk not in inside]


def _file(message: Message, attachment: MessageAttachment) -> File:
    attachment.message = message
    return File(attachment.pk, safe_name(attachment.open_name()), attachment.blob.size)
