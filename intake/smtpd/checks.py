"""What is checked of a mail's bytes before its 250: who it says it is from, and loops."""

import re
from collections.abc import Sequence
from typing import Final

from accounts.access import owns_domain_of
from accounts.models import Organization
from addresses.mail import AddressError, normalize_address
from intake import actions
from intake.limits import HEADER_BYTES, MailTooComplex
from intake.models import RawMail
from intake.parser import Mailbox, read_from_header
from intake.smtpd.data import require_short_lines, without_dots
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


def accept_mail(envelope: Envelope, sent: bytes, own: str) -> RawMail:
    """Return the sealed mail, ready to be stored; runs in a thread. Raises Refused.

    `own` is the address that our notices come from: one that comes back is a loop.
    """
    mail = without_dots(sent)
    require_short_lines(mail)
    head = mail[:_HEAD_BYTES]
    require_few_hops(head)
    author = read_author(head)
    if author == own:
        raise Refused(LOOP)
    if author != envelope.sender:
        require_own_domain(envelope, author)
    return actions.seal_mail(
        actions.Submission(
            organization_id=envelope.organization_id,
            sender_id=envelope.sender_id or 0,
            recipients=tuple(envelope.recipients),
            raw=mail,
        )
    )


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
