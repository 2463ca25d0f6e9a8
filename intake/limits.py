"""How much of a mail the parser is willing to take apart."""

from typing import Final

HEADER_BYTES: Final = 256 * 1024
"""The longest header block of a mail or of one of its parts."""

ALL_HEADERS_BYTES: Final = 2 * 1024 * 1024
"""All header blocks of one mail together."""

FIELD_BYTES: Final = 16 * 1024
"""One header field, folded lines included."""

ADDRESS_FIELD_BYTES: Final = 64 * 1024
"""A list of addresses: 500 recipients with their names must fit."""

FIELDS: Final = 1_000
"""Header fields in one block."""

NESTING: Final = 50
"""Multiparts inside each other."""

PARTS: Final = 500
"""Parts of one mail, the multiparts that hold them included."""


class MailTooComplex(Exception):
    """The mail is beyond a limit and cannot be shown; `reason` says which one."""

    def __init__(self, reason: str) -> None:
        """Keep the reason code, such as `too_many_parts`."""
        super().__init__(reason)
        self.reason = reason


def require(amount: int, limit: int, reason: str) -> None:
    """Raise MailTooComplex with this reason when the amount is over the limit."""
    if amount > limit:
        raise MailTooComplex(reason)
