"""What is checked of a mail's bytes before its 250: who it says it is from, and loops."""

import re
from collections.abc import Sequence
from typing import Final

from accounts.access import owns_domain_of
from accounts.models import Organization
from addresses.mail import AddressError, normalize_address
from intake import actions
from intake.limits import HEADER_BYTES, MailTooComplex
from intake.parser import Mailbox, read_from_header
from intake.smtpd.data import LineGauge
from intake.smtpd.envelope import Envelope
from intake.smtpd.replies import (
    FOREIGN_DOMAIN,
    FOREIGN_FROM,
    HEADER_TOO_BIG,
    LOOP,
    NO_FROM,
    Refused,
)

MAX_HOPS: Final = 30

_HEAD_BYTES: Final = HEADER_BYTES + 64 * 1024  # enough to see that it is too long
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_HOP: Final = re.compile(rb"^received[ \t]*:", re.IGNORECASE | re.MULTILINE)


class Arrival:
    """A mail that comes in: all of it is sealed, and its header kept for a look at it."""

    def __init__(self) -> None:
        """Nothing came in yet."""
        self.sealed = actions.SealedMail()
        self.head = bytearray()
        self.lines = LineGauge()

    @property
    def size(self) -> int:
        """How many bytes have come in."""
        return self.sealed.row.size

    def take(self, piece: bytes) -> None:
        """Take the next piece."""
        self.head += piece[: max(0, _HEAD_BYTES - len(self.head))]
        self.lines.measure(piece)
        self.sealed.add(piece)


def accept_mail(envelope: Envelope, arrival: Arrival, own: str) -> actions.SealedMail:
    """Return the sealed mail, ready to be stored; runs in a thread. Raises Refused.

    `own` is the address that our notices come from: one that comes back is a loop.
    """
    author = author_of(arrival, own)
    if author != envelope.sender:
        require_own_domain(envelope, author)
    return finish(envelope, arrival)


def author_of(arrival: Arrival, own: str) -> str:
    """Return who the mail says it is from; asks the database nothing. Raises Refused."""
    arrival.lines.require_short_lines()
    head = bytes(arrival.head)
    require_few_hops(head)
    author = read_author(head)
    if author == own:
        raise Refused(LOOP)
    return author


def finish(envelope: Envelope, arrival: Arrival) -> actions.SealedMail:
    """Return the mail with its last piece sealed."""
    recipients = tuple(envelope.recipients)
    arrival.sealed.finish(
        actions.Submission(envelope.organization_id, envelope.sender_id or 0, recipients)
    )
    return arrival.sealed


def require_own_domain(envelope: Envelope, author: str) -> None:
    """Raise Refused unless a mail server of the author's own organization relays the mail."""
    if not envelope.relayed:
        raise Refused(FOREIGN_FROM)
    if not owns_domain_of(Organization(pk=envelope.organization_id), author):
        raise Refused(FOREIGN_DOMAIN)


def read_author(head: bytes) -> str:
    """Return the one address of the one From field, normalized. Raises Refused."""
    try:
        found = read_from_header(head)
    except MailTooComplex as error:
        raise Refused(HEADER_TOO_BIG) from error
    if found.fields != 1:
        raise Refused(NO_FROM)
    return _only_address(found.mailboxes)


def require_few_hops(head: bytes) -> None:
    """Raise Refused for a mail that passed more than 30 servers (RFC 5321, 6.3)."""
    header = _HEADER_END.split(head, maxsplit=1)[0]
    if len(_HOP.findall(header)) > MAX_HOPS:
        raise Refused(LOOP)


def _only_address(mailboxes: Sequence[Mailbox]) -> str:
    if len(mailboxes) != 1:
        raise Refused(NO_FROM)
    try:
        return normalize_address(mailboxes[0].address)
    except (AddressError, UnicodeEncodeError) as error:
        raise Refused(NO_FROM) from error
