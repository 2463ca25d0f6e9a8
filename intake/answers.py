"""Knows a mail that answers one of ours. Pure."""

import re
from collections.abc import Sequence
from uuid import UUID

from intake.parser import ParsedMail

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>@]+)>")


def answered_mails(parsed: ParsedMail, recipients: Sequence[str], domain: str) -> list[UUID]:
    """Return which of our mails this one seems to answer; none when it goes to several people."""
    if len(recipients) > 1:
        return []
    found = map(_OURS.fullmatch, (parsed.in_reply_to, *parsed.references))
    return [UUID(one[1]) for one in found if one and one[2].lower() == domain]
