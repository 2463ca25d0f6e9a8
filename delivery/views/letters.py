"""A message as a page shows it, to its sender and to its recipients."""

from collections.abc import Sequence
from dataclasses import dataclass

from delivery import sanitizer
from delivery.access import attachments_of
from delivery.content import Content
from delivery.models import Message, MessageAttachment, MessageRecipient
from delivery.outgoing import CC, TO
from delivery.render import images_of, safe_name


@dataclass(frozen=True, slots=True)
class File:
    """An attachment to download."""

    pk: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says. Recipients in Bcc are in none of its lists."""

    content: Content
    to: Sequence[MessageRecipient]
    cc: Sequence[MessageRecipient]
    files: Sequence[File]
    links: Sequence[str]


def letter_of(message: Message) -> Letter:
    """Open a message. Raises VaultError once its contents were destroyed."""
    content = message.open_content()
    people = list(message.recipients.all())
    return Letter(
        content=content,
        to=[person for person in people if person.kind == TO],
        cc=[person for person in people if person.kind == CC],
        files=_files(message, content.html or ""),
        links=_links(content.html or ""),
    )


def _files(message: Message, html: str) -> list[File]:
    attachments = list(attachments_of(message))
    inside = {attachment.pk for attachment in images_of(html, attachments)}
    return [_file(message, each) for each in attachments if each.pk not in inside]


def _file(message: Message, attachment: MessageAttachment) -> File:
    attachment.message = message
    return File(attachment.pk, safe_name(attachment.open_name()), attachment.blob.size)


def _links(html: str) -> Sequence[str]:
    try:
        return sanitizer.links(html)
    except sanitizer.TooDeepError:
        return ()
