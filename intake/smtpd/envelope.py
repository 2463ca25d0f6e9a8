"""The MAIL and RCPT commands (RFC 5321, 4.1.1), and the envelope that they build. Pure."""

import re
from dataclasses import dataclass, field
from typing import Final

from addresses.mail import AddressError, normalize_address
from intake.smtpd.replies import (
    AUTH_NEEDED,
    BAD_ADDRESS,
    BAD_PARAMETER,
    BAD_SYNTAX,
    NO_MAILBOX,
    TOO_BIG,
    Refused,
)

MAIL_SYNTAX: Final = "MAIL FROM:<address> [SIZE=n] [BODY=8BITMIME] [SMTPUTF8]"
RCPT_SYNTAX: Final = "RCPT TO:<address>"

_PATH: Final = re.compile(
    r"""\s*+ (?: < (?:@[^:<>"]*+:)? (?P<angle> (?:"(?:[^"\\]|\\.)*+" | [^<>"])*+ ) >
             | (?P<bare> [^\s<>]++ ) )
        (?: \s++ (?P<parameters> .* ) )? \s*+""",
    re.VERBOSE,
)
_QUOTED_ATOM: Final = re.compile(r'"([^\s@<>()\[\],;:\\"]+)"@(.*)')
_BOUNCE: Final = re.compile(r"bounce\+[A-Za-z0-9_-]{22}")
_BODIES: Final = frozenset({"7BIT", "8BITMIME"})
_MAX_DIGITS: Final = 20  # RFC 1870, 3


@dataclass(slots=True)
class Envelope:
    """Who sends to whom; `sender_id` is None for a bounce, which comes from nobody."""

    sender: str
    organization_id: int = 0
    sender_id: int | None = None
    relayed: bool = False
    recipients: list[str] = field(default_factory=list)

    @property
    def is_bounce(self) -> bool:
        """Whether this is a mail that could not be delivered, coming back."""
        return self.sender_id is None


def read_mail_command(argument: str | None, max_bytes: int) -> str:
    """Return the sender of a MAIL command, "" for the null sender. Raises Refused."""
    address, parameters = _read(argument, "FROM:", MAIL_SYNTAX)
    for parameter in parameters.upper().split():
        name, _, value = parameter.partition("=")
        if name == "SIZE":
            _require_size(value, max_bytes)
        elif not _is_known(name, value):
            raise Refused(BAD_PARAMETER)
    return address and normalized(address)


def read_rcpt_command(argument: str | None) -> str:
    """Return the recipient of a RCPT command as it was written. Raises Refused."""
    address, parameters = _read(argument, "TO:", RCPT_SYNTAX)
    if parameters.strip():
        raise Refused(BAD_PARAMETER)
    if not address:
        raise Refused(BAD_ADDRESS)
    return address


def normalized(address: str) -> str:
    """Return the address in its normal form. Raises Refused."""
    quoted = _QUOTED_ATOM.fullmatch(address)
    try:
        address.encode()  # bytes that are no UTF-8 came in as lone surrogates
        return normalize_address(f"{quoted[1]}@{quoted[2]}" if quoted else address)
    except (AddressError, UnicodeEncodeError) as error:
        raise Refused(BAD_ADDRESS) from error


def require_bounce_address(address: str, mail_domain: str, *, known: bool) -> None:
    """Raise Refused unless this is where mails of ours come back to; `known` has logged in."""
    local, _, domain = address.rpartition("@")
    if not _BOUNCE.fullmatch(local) or domain.lower() != mail_domain.lower():
        raise Refused(NO_MAILBOX if known else AUTH_NEEDED)


def _read(argument: str | None, keyword: str, syntax: str) -> tuple[str, str]:
    text = argument or ""
    match = _PATH.fullmatch(text[len(keyword) :])
    if text[: len(keyword)].upper() != keyword or match is None:
        raise Refused(BAD_SYNTAX, syntax=syntax)
    address = match["bare"] if match["angle"] is None else match["angle"].strip()
    return address, match["parameters"] or ""


def _require_size(value: str, max_bytes: int) -> None:
    if not (value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS):
        raise Refused(BAD_SYNTAX, syntax=MAIL_SYNTAX)
    if int(value) > max_bytes:
        raise Refused(TOO_BIG, limit=max_bytes)


def _is_known(name: str, value: str) -> bool:
    """Know BODY (RFC 6152), SMTPUTF8 (RFC 6531) and AUTH (RFC 4954, 5), which says nothing here."""
    if name == "BODY":
        return value in _BODIES
    return (name == "SMTPUTF8" and not value) or (name == "AUTH" and bool(value))
