"""A mail as the rest of the program knows it: parsed whole, never executed, never trusted."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from intake.parser.entities import Entity, read_entities
from intake.parser.fields import Header, read_header
from intake.parser.mailboxes import Mailbox, read_mailboxes
from intake.parser.views import Part, view
from intake.parser.words import header_text

_MESSAGE_ID: Final = re.compile(r"<[^<>]*+>")
_DATE_LENGTH: Final = 200
_BOM: Final = b"\xef\xbb\xbf"
_BULK: Final = frozenset({"bulk", "junk", "auto_reply", "auto-reply", "autoreply"})
_ONCE: Final = (
    *("from", "sender", "to", "cc", "subject", "date", "message-id", "in-reply-to"),
    *("references", "mime-version"),
)


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """All of a mail that people see. Header addresses are for display: the envelope counts.

    `control_fields` are the zivver-* fields of its header, `defects` short codes of what another
    program may read differently.
    """

    subject: str
    from_: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None
    text: str | None
    html: str | None
    attachments: tuple[Part, ...]
    control_fields: tuple[tuple[str, str], ...]
    auto_submitted: bool
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FromHeader:
    """Who a mail says it is from: how many From fields it has, and all their mailboxes."""

    fields: int
    mailboxes: tuple[Mailbox, ...]


def parse_mail(raw: bytes) -> ParsedMail:
    """Parse any mail, broken ones included, in time linear to its size.

    Raises MailTooComplex beyond the limits of `intake.limits`, and nothing else.
    """
    raw = _with_line_ends(raw)
    root, defects = read_entities(raw)
    header = root.header
    charset = _charset(root)
    seen = view(raw, root)
    return ParsedMail(
        subject=header_text(header.first("subject"), charset),
        from_=read_mailboxes(header.all("from"), charset),
        to=read_mailboxes(header.all("to"), charset),
        cc=read_mailboxes(header.all("cc"), charset),
        message_id=_first_id(header, "message-id"),
        in_reply_to=_first_id(header, "in-reply-to"),
        references=_ids(header, "references"),
        date=_date(header.first("date")),
        text=seen.body.text,
        html=seen.body.html,
        attachments=seen.attachments,
        control_fields=_control_fields(header, charset),
        auto_submitted=_is_automatic(header),
        defects=tuple(dict.fromkeys((*_repeated(header), *defects, *seen.defects))),
    )


def read_from_header(raw: bytes) -> FromHeader:
    """Read the From fields and nothing below the header block. Raises MailTooComplex as above."""
    header = read_header(_with_line_ends(raw), 0, lambda _: False)
    values = header.all("from")
    return FromHeader(len(values), read_mailboxes(values))


def _with_line_ends(raw: bytes) -> bytes:
    """Take off what stands before the header; give lines to a mail whose lines end in CR alone."""
    raw = raw.removeprefix(_BOM)
    if raw[:1] in {b"\r", b"\n"}:
        raw = raw.lstrip(b"\r\n")
    return raw if b"\n" in raw else raw.replace(b"\r", b"\r\n")


def _charset(entity: Entity) -> str:
    """Guess the charset of eight-bit header fields: that of the first text that names one."""
    own = entity.content.get("charset")
    return own or next((found for child in entity.children if (found := _charset(child))), "")


def _ids(header: Header, name: str) -> tuple[str, ...]:
    """Give the message ids of a field, brackets included."""
    text = " ".join(header_text(value) for value in header.all(name))
    return tuple(_MESSAGE_ID.findall(text)) or tuple(text.split())


def _first_id(header: Header, name: str) -> str:
    """Give the first message id of a field, "" when there is none."""
    return next(iter(_ids(header, name)), "")


def _date(raw: bytes) -> datetime | None:
    """Give the date in UTC, or None when it cannot be understood."""
    try:
        date = parsedate_to_datetime(header_text(raw)[:_DATE_LENGTH])
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _control_fields(header: Header, charset: str) -> tuple[tuple[str, str], ...]:
    """Give the fields that steer delivery (DESIGN.md, 6)."""
    return tuple(
        (field.name, header_text(field.value, charset))
        for field in header.fields
        if field.name.startswith("zivver-")
    )


def _is_automatic(header: Header) -> bool:
    """Know answers of machines: RFC 3834, and the older habits beside it."""
    submitted = [
        re.split(rb"[;(\s]", value, maxsplit=1)[0].lower() for value in header.all("auto-submitted")
    ]
    precedence = header.first("precedence").strip().lower().decode("ascii", "ignore")
    return (
        any(word not in {b"", b"no"} for word in submitted)
        or precedence in _BULK
        or bool(header.all("x-autoreply") or header.all("x-autorespond"))
    )


def _repeated(header: Header) -> tuple[str, ...]:
    """Name the fields that may stand once and stand more often."""
    names = [field.name for field in header.fields]
    return tuple(f"duplicate_{name}".replace("-", "_") for name in _ONCE if names.count(name) > 1)
