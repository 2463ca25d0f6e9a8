"""Knows a mail that answers one of ours. Pure."""

import re
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>@]+)>")


class Answering(Protocol):
    """What the header of a mail says of those that it answers."""

    @property
    def in_reply_to(self) -> str:
        """The one that it answers."""

    @property
    def references(self) -> tuple[str, ...]:
        """All that it follows."""


def answered_mails(mail: Answering, recipients: Sequence[str], domain: str) -> list[UUID]:
    """Return which of our mails this one seems to answer; none when it goes to several people."""
    if len(recipients) > 1:
        return []
    found = map(_OURS.fullmatch, (mail.in_reply_to, *mail.references))
    return [UUID(one[1]) for one in found if one and one[2].lower() == domain]
