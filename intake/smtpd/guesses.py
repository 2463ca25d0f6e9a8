"""Who may try a password, and how often. Lives in the event loop's thread.

Wrong ones count for one user at one peer, and for one user at all peers together; never for the
colleagues behind the same address.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from addresses.mail import AddressError, normalize_address

FAILURES: Final = 5
FAILURE_SECONDS: Final = 60.0
FAILURES_OF_USER: Final = 20
USER_SECONDS: Final = 600.0
MAX_REMEMBERED: Final = 10_000

_LONGEST: Final = 320  # characters of a name that are looked at

Key = tuple[str, str]
Value = TypeVar("Value")


class Guesses:
    """Remembers wrong passwords, and from where people logged in; so much of each and no more.

    Of several processes on one port each allows its part of the wrong passwords.
    """

    def __init__(self, processes: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._processes, self._clock = processes, clock
        self.failures: dict[Key, deque[float]] = {}
        self.logins: dict[Key, float] = {}

    def may_try(self, peer: str, username: str) -> bool:
        """Tell whether this user may try a password at this peer now.

        Where they logged in before, what others guess elsewhere does not lock them out.
        """
        name = named(username)
        if not self._is_below((peer, name), FAILURES, FAILURE_SECONDS):
            return False
        return (peer, name) in self.logins or self._is_below(
            ("", name), FAILURES_OF_USER, USER_SECONDS
        )

    def note_failure(self, peer: str, username: str) -> None:
        """Remember a failed login."""
        name = named(username)
        for key in ((peer, name), ("", name)):
            times = self.failures.pop(key, None) or deque(maxlen=FAILURES_OF_USER)
            times.append(self._clock())
            self.failures[key] = times  # the newest stands last
        _shorten(self.failures)

    def note_login(self, peer: str, username: str) -> None:
        """Remember that somebody logged in from there."""
        for key in ((peer, named(username)), (peer, "")):
            self.logins.pop(key, None)
            self.logins[key] = self._clock()
        _shorten(self.logins)

    def knows(self, peer: str) -> bool:
        """Tell whether anybody logged in from this peer."""
        return (peer, "") in self.logins

    def _is_below(self, key: Key, most: int, seconds: float) -> bool:
        times = self.failures.get(key, ())
        allowed = -(-most // self._processes)
        return sum(at >= self._clock() - seconds for at in times) < allowed


def named(username: str) -> str:
    """Return the one form of a user name, however it was written."""
    try:
        return normalize_address(username)
    except AddressError:
        return username[:_LONGEST].strip().casefold()


def _shorten(remembered: dict[Key, Value]) -> None:
    for key in list(remembered)[: max(0, len(remembered) - MAX_REMEMBERED)]:
        del remembered[key]
