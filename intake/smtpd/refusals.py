"""Counts the sessions that are sent away, and writes the counts down now and then.

A flood of strangers so costs one statement in ten seconds.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from django.db import DatabaseError, InterfaceError

from flow.actions import count_event
from flow.models import SESSION_REFUSED
from intake import states
from intake.smtpd import replies

EVERY: Final = 10.0  # seconds
REASONS: Final = {
    replies.TOO_MANY_SESSIONS: states.TOO_MANY_SESSIONS,
    replies.TOO_MANY_LOGINS: states.TOO_MANY_LOGINS,
    replies.TOO_SLOW: states.TOO_SLOW,
}

Write = Callable[[Mapping[str, int]], Awaitable[None]]


class Refusals:
    """What was counted and is not written yet."""

    def __init__(self) -> None:
        self._counts = Counter[str]()

    def add(self, reply: str) -> None:
        """Count a session that ends with this reply, when that means that it was sent away."""
        if reply in REASONS:
            self._counts[REASONS[reply]] += 1

    async def keep_writing(self, write: Write, every: float = EVERY) -> None:
        """Write now and then until cancelled; what cannot be written now is kept."""
        while True:
            await asyncio.sleep(every)
            await self.write_down(write)

    async def write_down(self, write: Write) -> None:
        """Write what was counted since the last time."""
        taken, self._counts = self._counts, Counter()
        if taken:
            try:
                await write(taken)
            except (DatabaseError, InterfaceError, replies.Refused):
                self._counts += taken


def store(counts: Mapping[str, int]) -> None:
    """Add to the counts that all processes share."""
    for reason, times in counts.items():
        count_event(SESSION_REFUSED, reason, times)
