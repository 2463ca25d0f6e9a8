"""Who may come in, and how often a peer may try a password. Lives in the event loop's thread."""

import asyncio
import ipaddress
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

SESSIONS: Final = 100
STRANGERS_PER_PEER: Final = 20
WAITING_PER_PEER: Final = 20
FAILURES: Final = 5
FAILURE_SECONDS: Final = 60.0
MAX_PEERS_REMEMBERED: Final = 10_000

_LOOK_EVERY: Final = 0.05


@dataclass(eq=False, slots=True)
class Guest:
    """A session: a stranger until it has logged in or comes from a trusted network."""

    peer: str
    inside: bool = False
    known: bool = False


@dataclass
class Door:
    """Counts sessions and failed logins. A session over its peer's share waits a moment first.

    Of several processes on one port each allows its part of the wrong passwords.
    """

    processes: int = 1
    patience: float = 10.0
    clock: Callable[[], float] = time.monotonic
    inside: int = 0
    strangers: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    failures: defaultdict[str, deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=FAILURES))
    )

    async def enter(self, guest: Guest) -> bool:
        """Let the session in, waiting for a place; False when there is none in time."""
        if self.waiting[guest.peer] >= WAITING_PER_PEER:
            return False
        self.waiting[guest.peer] += 1
        try:
            end = self.clock() + self.patience
            while not self._has_room(guest):
                if self.clock() >= end:
                    return False
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            self._lower(self.waiting, guest.peer)
        guest.inside = True
        self.inside += 1
        self.strangers[guest.peer] += not guest.known
        return True

    def is_full_for(self, guest: Guest) -> bool:
        """Tell whether a stranger of this peer would have to wait."""
        return self.strangers[guest.peer] >= STRANGERS_PER_PEER

    def know(self, guest: Guest) -> None:
        """The session has shown who it is: it counts for its peer no longer."""
        if guest.inside and not guest.known:
            self._lower(self.strangers, guest.peer)
        guest.known = True

    def leave(self, guest: Guest) -> None:
        """The session has ended."""
        if guest.inside:
            self.inside -= 1
            if not guest.known:
                self._lower(self.strangers, guest.peer)
        guest.inside = False

    def may_log_in(self, peer: str) -> bool:
        """Tell whether the peer failed less than five times in the last minute."""
        recent = self.failures.get(peer)
        allowed = -(-FAILURES // self.processes)
        if recent is None or len(recent) < allowed:
            return True
        return recent[-allowed] < self.clock() - FAILURE_SECONDS

    def note_failure(self, peer: str) -> None:
        """Remember a failed login."""
        if len(self.failures) >= MAX_PEERS_REMEMBERED:
            self._forget()
        self.failures[peer].append(self.clock())

    def _has_room(self, guest: Guest) -> bool:
        return self.inside < SESSIONS and (guest.known or not self.is_full_for(guest))

    def _forget(self) -> None:
        old = self.clock() - FAILURE_SECONDS
        recent = {peer: times for peer, times in self.failures.items() if times[-1] > old}
        self.failures.clear()
        self.failures.update(list(recent.items())[-MAX_PEERS_REMEMBERED // 2 :])

    @staticmethod
    def _lower(counter: Counter[str], peer: str) -> None:
        counter[peer] -= 1
        if counter[peer] <= 0:
            del counter[peer]


def peer_key(host: str) -> str:
    """Return what counts as one peer: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), 64), strict=False))
