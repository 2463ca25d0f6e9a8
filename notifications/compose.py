"""Builds the bytes of a mail (RFC 5322): safe headers, wrapped text, ASCII on the wire."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.mime.image import MIMEImage
from email.utils import formataddr
from uuid import UUID

from django.core.mail import EmailMultiAlternatives

from notifications.letters import Mail, MailFile, Parts, WireMail

WIDTH = 72
MAX_SUBJECT, MAX_NAME = 250, 120
MAX_REFERENCES = 10
UNNAMED = "zivweb"

OCTETS = "application/octet-stream"

_SAFE_TYPE = re.compile(r"image/(png|jpeg|gif|webp)|application/(pdf|zip)|audio/mpeg|video/mp4")
_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
_LONGEST_NAME = "Reply-To"
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BLANK_LINES = re.compile(r"\n{3,}")
_HANGING = re.compile(r"(\s*(?:[-*] )?)")


@dataclass(frozen=True, slots=True)
class Addressing:
    """What the outbox knows of a mail: its row's uid, our mail domain, the bounce token."""

    uid: UUID
    domain: str
    bounce_token: str


def compose_mail(mail: Mail, parts: Parts, addressing: Addressing) -> WireMail:
    """Return the envelope and the bytes, with CRLF line ends and nothing but ASCII.

    The Message-ID follows from the row, so that a copy sent twice is known as one mail.
    """
    message = EmailMultiAlternatives(
        subject=_encoded(one_line(parts.subject, MAX_SUBJECT)),
        body=wrap(parts.text),
        from_email=mailbox(
            mail.from_name or UNNAMED, mail.from_address or f"no-reply@{addressing.domain}"
        ),
        to=[mailbox(mail.to_name, mail.to)],
        reply_to=[mailbox("", mail.reply_to)] if mail.reply_to else [],
        headers=_headers(mail, addressing),
    )
    message.encoding = _quoted_printable()
    message.attach_alternative(parts.html, "text/html")
    if mail.logo:
        message.mixed_subtype = "mixed" if mail.files else "related"  # type: ignore[attr-defined]
        message.attach(_inline(mail.logo))
    for file in mail.files:
        message.attach(one_line(file.name, MAX_NAME) or "file", file.content, _type_of(file))
    raw = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    sender = f"bounce+{addressing.bounce_token}@{addressing.domain}"
    return WireMail(sender, one_line(mail.to), raw)


def one_line(text: str, limit: int = 998) -> str:
    """Return the text as one line that is safe in a header.

    Controls, line and paragraph separators and lone surrogates become spaces, bidi marks go,
    and an encoded word (RFC 2047) that somebody typed is broken, so that it stays what it is.
    """
    cleaned = _BIDI.sub("", text).replace("=?", "= ?")
    spaced = "".join(" " if unicodedata.category(c) in _BREAKING else c for c in cleaned)
    return " ".join(spaced.split())[:limit].rstrip()


def mailbox(name: str, address: str) -> str:
    """Return `name <address>` for a header; a name in other letters becomes encoded words."""
    shown, plain = one_line(name, MAX_NAME), one_line(address)
    if not shown:
        return plain
    if shown.isascii():
        return formataddr((shown, plain))
    return f"{_encoded(shown)} <{plain}>"


def wrap(text: str) -> str:
    """Return the text in lines of up to 72 characters; addresses of pages stay whole."""
    lines = (_wrap_line(line.rstrip()) for line in text.strip().splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)) + "\n"


def _inline(logo: MailFile) -> MIMEImage:
    """Return a picture that the HTML calls cid:logo (RFC 2392)."""
    part = MIMEImage(logo.content, logo.content_type.partition("/")[2])
    part.add_header("Content-ID", "<logo>")
    part.add_header("Content-Disposition", "inline", filename=logo.name)
    return part


def _headers(mail: Mail, addressing: Addressing) -> dict[str, str]:
    headers = {
        "Message-ID": f"<{addressing.uid}@{addressing.domain}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834, 5
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if mail.list_id:
        headers["List-Id"] = f"<{one_line(mail.list_id)}.{addressing.domain}>"
    original = _message_ids([mail.in_reply_to])
    thread = _message_ids([*mail.references, *original])
    if original:
        headers["In-Reply-To"] = original[0]
    if thread:
        headers["References"] = " ".join(thread[-MAX_REFERENCES:])
    return headers


def _type_of(file: MailFile) -> str:
    """Return the type of a file, that of plain bytes unless it is one that no reader runs."""
    return file.content_type if _SAFE_TYPE.fullmatch(file.content_type) else OCTETS


def _encoded(text: str) -> str:
    """Return the text for a header: as it is, or as encoded words (RFC 2047)."""
    if text.isascii():
        return text
    return " ".join(Header(text, "utf-8", header_name=_LONGEST_NAME).encode().split())


def _message_ids(texts: Iterable[str]) -> list[str]:
    found = (text.strip() for text in texts)
    return list(dict.fromkeys(text for text in found if _MESSAGE_ID.fullmatch(text)))


def _wrap_line(line: str) -> str:
    if len(line) <= WIDTH:
        return line
    start = _HANGING.match(line)
    indent = " " * len(start.group(1)) if start else ""
    return textwrap.fill(
        line,
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _quoted_printable() -> Charset:
    charset = Charset("utf-8")
    charset.body_encoding = QP
    return charset
