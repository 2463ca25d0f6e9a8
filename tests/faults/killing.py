"""Kills processes of the product without warning."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.faults.mails import Client, Handed
from tests.faults.relay import Outlet
from tests.faults.rows import let_time_pass, now
from tests.product import Product, wait_for

AT_ONCE = 2  # how many mails the processes of a worker send at the same time
CHILDREN = ("worker", "worker", "smtp", "smtp", "web", "beat")  # two have most to lose


@dataclass
class Killed:
    """What was killed, and when the last worker was."""

    at: datetime = field(default_factory=now)
    names: Counter[str] = field(default_factory=Counter)

    @property
    def sendings(self) -> int:
        """Return how many mails at most were cut off while they were sent."""
        return self.names["worker"] * AT_ONCE


def kill_at_random(product: Product, seed: int, *, rounds: int, every: float) -> Killed:
    """Kill the children (and their own children) in any order, about every so many seconds."""
    chance, killed = random.Random(seed), Killed()  # noqa: S311  repeatable, not secret
    for name in chance.sample(CHILDREN * rounds, len(CHILDREN) * rounds):
        time.sleep(chance.uniform(0.5, 1.5) * every)
        product.kill(name)
        killed.names[name] += 1
        if name == "worker":
            killed.at = now()
            let_time_pass(product, killed.at)
    return killed


@contextlib.contextmanager
def killing_at_the_relay(product: Product, outlet: Outlet, *, times: int) -> Iterator[Killed]:
    """Kill the worker as often, each time when the relay has a mail and has not said so yet."""
    killed = Killed()

    def kill() -> None:
        if killed.names["worker"] < times:
            product.kill("worker")
            killed.at = now()
            killed.names["worker"] += 1

    def is_over() -> bool:
        let_time_pass(product, killed.at)
        return killed.names["worker"] == times

    outlet.moods.when_taken = kill
    yield killed
    wait_for("the kills at the relay", is_over)


def kill_after_250(product: Product, one: Handed) -> None:
    """Hand a mail in, and kill the server in the instant in which it says 250."""
    client = Client(product)
    wait_for("the SMTP server", client.is_connected)
    pids = product.pids("smtp")
    client.hand_in(one)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def kill_everything(product: Product) -> Killed:
    """Kill `serve` itself, and wait until nothing of it is left."""
    killed = Killed(names=Counter(set(CHILDREN)))
    assert product.process is not None
    product.process.kill()
    product.process.wait()
    wait_for("the end of every process", lambda: not processes_of(product), patience=5)
    killed.at = now()
    return killed


def processes_of(product: Product) -> list[int]:
    """Return every process that works on the product's data."""
    data = product.environment["ZIVWEB_DATA_DIR"]
    mark = f"ZIVWEB_DATA_DIR={data}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            variables = (folder / "environ").read_bytes().split(b"\0")
            if mark in variables or (folder / "cwd").readlink().is_relative_to(data):
                found.append(int(folder.name))
    return found
