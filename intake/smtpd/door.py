"""Who may come in, and who has to go when it is full. Lives in the event loop's thread."""

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from intake.smtpd.guesses import Guesses

SESSIONS: Final = 100
STRANGERS_PER_PEER: Final = 20
WAITING_PER_PEER: Final = 20
SILENCE_SECONDS: Final = 5.0

_LOOK_EVERY: Final = 0.05


def stay() -> None:
    """What a session does that cannot be sent away."""


@dataclass(eq=False, slots=True)
class Guest:
    """A session: a stranger until it has logged in or comes from a trusted network.

    `familiar`: somebody logged in from its peer before. `give_way` sends it away, unless it is
    busy: a login or a bounce of it is being worked on.
    """

    peer: str
    inside: bool = False
    known: bool = False
    familiar: bool = False
    busy: bool = False
    spoke_at: float = 0.0
    give_way: Callable[[], None] = stay


@dataclass
class Door:
    """Counts sessions. One that finds no place waits a moment, and a silent stranger goes.

    Strangers have two thirds of the places. The others are kept for clients that logged in, and for
    networks that are trusted or that somebody logged in from.
    """

    processes: int = 1
    patience: float = 10.0
    clock: Callable[[], float] = time.monotonic
    places: int = SESSIONS
    silence: float = SILENCE_SECONDS
    inside: int = 0
    strangers: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    unknown: dict[Guest, None] = field(default_factory=dict)  # in the order they came
    guesses: Guesses = field(init=False)

    def __post_init__(self) -> None:
        """Count wrong passwords by the same clock."""
        self.guesses = Guesses(self.processes, self.clock)

    async def enter(self, guest: Guest) -> bool:
        """Let the session in, waiting for a place; False when there is none in time."""
        if not self.may_wait(guest):
            return False
        self.waiting[guest.peer] += 1
        try:
            end = self.clock() + self.patience
            while not self.has_room(guest):
                self._make_room(guest)
                if self.clock() >= end and not self.has_room(guest):
                    return False
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            self._lower(self.waiting, guest.peer)
        guest.inside, guest.spoke_at = True, self.clock()
        self.inside += 1
        if not guest.known:
            guest.familiar = self.guesses.knows(guest.peer)
            self.strangers[guest.peer] += 1
            self.unknown[guest] = None
        return True

    def may_wait(self, guest: Guest) -> bool:
        """Tell whether one more session of this peer may wait for a place."""
        return self.waiting[guest.peer] < WAITING_PER_PEER

    def has_room(self, guest: Guest) -> bool:
        """Tell whether there is a place that this session may have."""
        if self.inside >= self.places:
            return False
        if guest.known:
            return True
        crowded = sum(not other.familiar for other in self.unknown) >= self.places * 2 // 3
        familiar = not crowded or self.guesses.knows(guest.peer)
        return familiar and not self._has_its_share(guest)

    def know(self, guest: Guest) -> None:
        """The session has shown who it is: it counts for its peer no longer."""
        self._forget(guest)
        guest.known = True

    def leave(self, guest: Guest) -> None:
        """The session has ended."""
        if guest.inside:
            self.inside -= 1
            self._forget(guest)
        guest.inside = False

    def _make_room(self, guest: Guest) -> None:
        """Send the stranger away that was silent for longest, if any was silent for long."""
        silent = [other for other in self.unknown if self._may_go(other, guest)]
        if silent:
            oldest = min(silent, key=lambda other: other.spoke_at)
            self.leave(oldest)
            oldest.give_way()

    def _may_go(self, other: Guest, guest: Guest) -> bool:
        if other.busy or self.clock() - other.spoke_at < self.silence:
            return False
        if other.peer == guest.peer or guest.known:
            return True
        may_replace = not other.familiar or self.guesses.knows(guest.peer)
        return may_replace and not self._has_its_share(guest)

    def _has_its_share(self, guest: Guest) -> bool:
        return self.strangers[guest.peer] >= STRANGERS_PER_PEER

    def _forget(self, guest: Guest) -> None:
        if guest in self.unknown:
            del self.unknown[guest]
            self._lower(self.strangers, guest.peer)

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
