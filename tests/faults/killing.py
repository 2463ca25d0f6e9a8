"""Kills processes of the product without warning."""

import contextlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.fleet import Fleet
from tests.faults.mails import Client, Handed
from tests.faults.relay import Outlet
from tests.faults.rows import let_time_pass, now
from tests.product import Product, wait_for
from zivweb.celery import QUEUES

# Whose end can cut mails to the relay off, and how many: a worker sends two at the same time.
SENDERS = {"outbound": 2, "database": 4, "all": 2, "the relay's 250": 1}
VICTIMS = ("worker", "outbound", "outbound", "smtp", "smtp", "web", "beat", "texts", "long")


@dataclass
class Killed:
    """What was killed, and when the last one was that may have held a lease."""

    at: datetime = field(default_factory=now)
    names: Counter[str] = field(default_factory=Counter)

    @property
    def faults(self) -> int:
        """Return how many faults there were."""
        return self.names.total()

    @property
    def sendings(self) -> int:
        """Return how many mails at most were cut off while they were sent."""
        return sum(SENDERS.get(name, 0) * count for name, count in self.names.items())

    def note(self, name: str, product: Product) -> None:
        """Note a death, and let the leases that it left behind end."""
        self.names[name] += 1
        if name in {*SENDERS, *QUEUES}:
            self.at = now()
            let_time_pass(product, self.at)


def kill_at_random(fleet: Fleet, seed: int, *, count: int, every: float) -> Killed:
    """Kill one process after the other in any order, about every so many seconds."""
    chance, killed = random.Random(seed), Killed()  # noqa: S311  repeatable, not secret
    for number in range(count):
        time.sleep(chance.uniform(0.5, 1.5) * every)
        name = chance.choice(VICTIMS)
        fleet.kill(name)
        killed.note(name, fleet)
        _show(number + 1, count)
    return killed


def _show(number: int, count: int) -> None:
    if count >= 100 and number % 10 == 0 and sys.__stderr__:
        sys.__stderr__.write(f"\rkilled {number} of {count} ")
        sys.__stderr__.flush()


@contextlib.contextmanager
def killing_at_the_relay(product: Fleet, outlet: Outlet, *, times: int) -> Iterator[Killed]:
    """Kill the senders as often, each time when the relay has a mail and has not said so yet."""
    killed = Killed()

    def kill() -> None:
        if killed.names["outbound"] < 2 * times:
            _ = [member.kill() for member in product.of("outbound")]  # type: ignore[func-returns-value]
            killed.at = now()
            killed.names["outbound"] += 2

    def is_over() -> bool:
        let_time_pass(product, killed.at)
        return killed.names["outbound"] == 2 * times

    outlet.moods.when_taken = kill
    yield killed
    wait_for("the kills at the relay", is_over)


def kill_after_250(fleet: Fleet, one: Handed) -> None:
    """Hand a mail in, and kill the servers in the instant in which one says 250."""
    client = Client(fleet)
    wait_for("the SMTP server", client.is_connected)
    client.hand_in(one)
    for member in fleet.of("smtp"):
        member.kill()


def seed_of_today() -> int:
    """Return what decides the moments of the kills; ZIVWEB_TEST_SEED repeats them."""
    return int(os.environ.get("ZIVWEB_TEST_SEED") or time.time())
