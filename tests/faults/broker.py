"""Takes the broker away for a while."""

import contextlib
import signal
from collections.abc import Iterator

from tests.faults.fleet import Fleet
from tests.product import wait_for


@contextlib.contextmanager
def broker_dead(fleet: Fleet) -> Iterator[None]:
    """Kill the broker; it comes back empty."""
    fleet.broker.kill()
    yield
    fleet.broker.start()


@contextlib.contextmanager
def broker_hanging(fleet: Fleet) -> Iterator[None]:
    """Let the broker take connections and never answer."""
    fleet.broker.signal(signal.SIGSTOP)
    try:
        wait_for("the silence of the broker", lambda: not fleet.broker.answers())
        yield
    finally:
        fleet.broker.signal(signal.SIGCONT)
