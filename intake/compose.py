"""Puts a parsed mail, its envelope and its header block together into what drafts take. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from addresses.mail import AddressError, normalize_address
from addresses.text import visible_line
from drafts.incoming import (
    Choice,
    IncomingAttachment,
    IncomingMail,
    IncomingRecipient,
    LineProblem,
)
from drafts.preparing import prepared
from intake.blocks import strip_attachment
from intake.headers import Instructions, instructions_for
from intake.html import text_of
from intake.limits import HEADER_BYTES, MailTooComplex
from intake.parser import Mailbox, ParsedMail, Part, parse_mail

TO, CC, BCC = "to", "cc", "bcc"
MAX_NAME: Final = 200
MAX_CONTENT_TYPE: Final = 100
MAX_CONTENT_ID: Final = 250


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sent the mail to whom, as SMTP said it: normalized addresses, each once."""

    organization_id: int
    sender_id: int
    recipients: tuple[str, ...]


def incoming_mail(parsed: ParsedMail, envelope: Envelope) -> IncomingMail:
    """Return the mail for drafts: recipients of the envelope, and no header block anywhere.

    Its HTML is made safe here: this is for the process that reads mails (`intake.reading`).
    """
    instructions, text, html = instructions_for(
        parsed.text, parsed.html, parsed.control_fields, envelope.recipients
    )
    mail = IncomingMail(
        organization_id=envelope.organization_id,
        sender_id=envelope.sender_id,
        subject=parsed.subject,
        text=text,
        html=html,
        html_text="" if html is None else text_of(html),
        recipients=tuple(_recipients(parsed, envelope.recipients, instructions)),
        attachments=tuple(_attachment(part) for part in parsed.attachments),
        message_id=parsed.message_id,
        references=parsed.references,
        minimum=instructions.minimum,
        expires_after=instructions.expires_after,
        problems=tuple(LineProblem(bad.line, bad.reason) for bad in instructions.problems),
        defects=parsed.defects,
    )
    return prepared(mail)


def subject_of(raw: bytes) -> str:
    """Return the subject of a mail that is too complex to be parsed whole, "" if need be."""
    try:
        return parse_mail(raw[:HEADER_BYTES].partition(b"\r\n\r\n")[0]).subject
    except MailTooComplex:
        return ""


def _recipients(
    parsed: ParsedMail, addresses: Sequence[str], instructions: Instructions
) -> Iterator[IncomingRecipient]:
    """The envelope decides; the header says only how a recipient was called, and to or cc."""
    shown = dict([*_shown(parsed.cc, CC), *_shown(parsed.to, TO)])
    asked = {
        right.address: Choice(right.method, right.value, right.hint)
        for right in instructions.access_rights
    }
    for address in addresses:
        kind, name = shown.get(address, (BCC, ""))
        yield IncomingRecipient(address, name, kind, asked.get(address))


def _shown(mailboxes: Sequence[Mailbox], kind: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Give the addresses of a field; the first of two that are equal comes last and so counts."""
    for mailbox in reversed(mailboxes):
        try:
            name = visible_line(mailbox.name)[:MAX_NAME].rstrip()
            yield normalize_address(mailbox.address), (kind, name)
        except (AddressError, UnicodeEncodeError):
            continue


def _attachment(part: Part) -> IncomingAttachment:
    return IncomingAttachment(
        name=part.filename,
        content_type=part.content_type[:MAX_CONTENT_TYPE],
        content=strip_attachment(part.content_type, part.content),
        content_id=part.content_id[:MAX_CONTENT_ID],
        inline=part.inline,
    )
