"""Has mails read by a process of its own, within one budget for all of a mail (`flow.reader`).

Its parts, attached mails, texts and headers are taken apart there, and its HTML is made safe, once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from delivery.sanitizer import read_shown
from drafts.incoming import (
    Choice,
    IncomingAttachment,
    IncomingMail,
    IncomingRecipient,
    LineProblem,
)
from flow.reader import Answer, Body, Bounds, TooComplex, ask, ask_all
from intake.bounces import MAX_BYTES, failure_code
from intake.compose import Envelope, incoming_mail, subject_of
from intake.limits import HEADER_BYTES, MailTooComplex
from intake.parser import parse_mail

READ: Final = "intake.reading:answers"
SUBJECT: Final = "intake.reading:subject"
BOUNCE: Final = "intake.reading:bounce"
# A mail's lease outlives two tries.
BUDGET: Final = Bounds(processor=8, seconds=25, memory=512 << 20, output=128 << 20)
SMALL: Final = Bounds(processor=2, seconds=10, memory=128 << 20, output=1 << 20)
_TEXTS: Final = ("subject", "text", "html", "message_id", "html_text", "minimum", "seen")
OVER_BUDGET: Final = "over_budget"


@dataclass(frozen=True, slots=True)
class RawBytes:
    """A mail that came in: its size, and how to get its bytes, in any pieces."""

    envelope: Envelope
    size: int
    pieces: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail that was read: what drafts take, and what its header says beside."""

    incoming: IncomingMail
    in_reply_to: str
    auto_submitted: bool

    @property
    def references(self) -> tuple[str, ...]:
        """The mails that it follows."""
        return self.incoming.references


def read_mail(mail: RawBytes) -> ReadMail:
    """Return what is in a mail. Raises MailTooComplex, ReaderAway and ReaderFailed."""
    try:
        (found,) = _read([mail])
    except TooComplex as error:
        raise MailTooComplex(OVER_BUDGET) from error
    if found is None:
        raise MailTooComplex(OVER_BUDGET)
    return found


def read_mails(mails: Sequence[RawBytes]) -> Iterator[ReadMail | None]:
    """Yield what is in each of several mails, None for one to read alone; in one call.

    Raises TooComplex, ReaderAway and ReaderFailed: what comes after must be read alone as well.
    """
    yield from _read(mails)


def read_subject(start: bytes) -> str:
    """Return the subject of a mail that is too complex, "" if need be. Raises ReaderAway."""
    try:
        return str(ask(SUBJECT, None, Body.of(start[:HEADER_BYTES]), SMALL).said)
    except TooComplex:
        return ""


def bounce_code(raw: bytes) -> str:
    """Return what `failure_code` says of a mail that came back, "" where it is too complex."""
    try:
        return str(ask(BOUNCE, None, Body.of(raw[:MAX_BYTES]), SMALL).said)
    except TooComplex:
        return ""


def answers(envelopes: list[Any], blobs: list[bytes]) -> Iterator[Answer]:
    """Read mails in the process for it."""
    for organization_id, sender_id, recipients in envelopes:
        envelope = Envelope(organization_id, sender_id, tuple(recipients))
        try:
            parsed = parse_mail(blobs.pop(0))
        except MailTooComplex:
            yield Answer(None)
            continue
        mail = incoming_mail(parsed, envelope)
        said = [_packed(mail), parsed.in_reply_to, parsed.auto_submitted]
        del parsed
        yield Answer(said, [file.content for file in mail.attachments])


def subject(_said: None, blobs: list[bytes]) -> Iterator[Answer]:
    """Read the subject in the process for it."""
    yield Answer(subject_of(blobs[0]))


def bounce(_said: None, blobs: list[bytes]) -> Iterator[Answer]:
    """Read a report of a delivery in the process for it."""
    yield Answer(failure_code(blobs[0]))


def _read(mails: Sequence[RawBytes]) -> Iterator[ReadMail | None]:
    envelopes = [
        (mail.envelope.organization_id, mail.envelope.sender_id, mail.envelope.recipients)
        for mail in mails
    ]
    body = Body(
        tuple(mail.size for mail in mails),
        lambda: (piece for mail in mails for piece in mail.pieces()),
    )
    for answer in ask_all(READ, envelopes, body, BUDGET):
        if answer.said is None:
            yield None
        else:
            packed, in_reply_to, auto_submitted = answer.said
            incoming = _unpacked(packed, answer.blobs)
            yield ReadMail(incoming, in_reply_to, auto_submitted)


def _packed(mail: IncomingMail) -> dict[str, Any]:
    """Return a mail as JSON writes it, the bytes of its files left out."""
    after = mail.expires_after
    return {
        **{name: getattr(mail, name) for name in _TEXTS},
        "organization_id": mail.organization_id,
        "sender_id": mail.sender_id,
        "recipients": [
            (
                one.address,
                one.name,
                one.kind,
                one.header and (one.header.method, one.header.value, one.header.hint),
            )
            for one in mail.recipients
        ],
        "attachments": [
            (file.name, file.content_type, file.content_id, file.inline)
            for file in mail.attachments
        ],
        "references": mail.references,
        "expires_after": None if after is None else after.total_seconds(),
        "problems": [(problem.line, problem.reason) for problem in mail.problems],
        "defects": mail.defects,
        "shown": mail.shown and mail.shown.to_bytes().decode("ascii"),
    }


def _unpacked(said: dict[str, Any], blobs: Sequence[bytes]) -> IncomingMail:
    """Return the mail that `_packed` wrote."""
    seconds, shown = said["expires_after"], said["shown"]
    return IncomingMail(
        **{name: said[name] for name in _TEXTS},
        organization_id=said["organization_id"],
        sender_id=said["sender_id"],
        recipients=tuple(
            IncomingRecipient(address, name, kind, header and Choice(*header))
            for address, name, kind, header in said["recipients"]
        ),
        attachments=tuple(
            IncomingAttachment(name, kind, content, content_id, inline)
            for (name, kind, content_id, inline), content in zip(
                said["attachments"], blobs, strict=True
            )
        ),
        references=tuple(said["references"]),
        expires_after=None if seconds is None else timedelta(seconds=seconds),
        problems=tuple(LineProblem(*problem) for problem in said["problems"]),
        defects=tuple(said["defects"]),
        shown=None if shown is None else read_shown(shown.encode("ascii")),
    )
