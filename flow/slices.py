"""Tasks take turns: one that has much to do stops after a while, and goes on behind the others.

Without that a task that many rows wait for keeps a worker for minutes, while what other rows need
waits behind it. Each row wakes a worker, so thousands of the same message may stand in the queue:
those that were sent before the task last looked are passed over.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

SLICE: Final = 0.5  # seconds
APART: Final = 1.0  # seconds that the clocks of two machines may be apart
POLITE: Final = 10  # nice(2) of a process whose work takes long: all others go first
BATCH: Final = 0.4  # seconds: a slice that is over ends with its batch
FEWEST: Final = 10  # rows that go together on the busiest machine: with fewer, each costs more

Result = TypeVar("Result")

_looked: dict[str, float] = {}  # when the last slice of a task began in this process


class _Slice(threading.local):
    ends: float | None = None  # None: outside of a worker, where nobody waits
    is_left = False


_slice = _Slice()


class Pace:
    """How many rows go into the next batch: fewer on a machine that is busy."""

    def __init__(self, most: int, fewest: int = FEWEST, seconds: float = BATCH) -> None:
        self._most, self._fewest, self._seconds = most, fewest, seconds
        self.size = most

    def took(self, size: int, seconds: float) -> None:
        """Note how long a batch took."""
        fitting = int(size * self._seconds / max(seconds, 0.001))
        self.size = max(self._fewest, min(fitting, self.size * 2, self._most))

    @contextmanager
    def batch(self, size: int) -> Iterator[None]:
        """Work at a batch of so many rows. Only in a worker its time counts: others wait there."""
        started = time.perf_counter()
        yield
        if _slice.ends is not None:
            self.took(size, time.perf_counter() - started)


def more() -> bool:
    """Tell whether the task that runs may go on; else it ends now, and is woken again."""
    if _slice.ends is None or time.monotonic() < _slice.ends:
        return True
    _slice.is_left = True
    return False


def run_slice(
    task: str, run: Callable[[], Result], again: Callable[[], object], sent_at: float | None = None
) -> Result | None:
    """Run a task for a slice; when something is left, call `again`, which has it go on later.

    `sent_at` is when the message that wakes it was sent. One that was sent before the last slice
    began in this process is passed over: what it tells of was seen.
    """
    began = time.time()
    if sent_at is not None and sent_at < _looked.get(task, 0.0) - APART:
        return None
    _slice.ends, _slice.is_left = time.monotonic() + SLICE, False
    try:
        result = run()
    finally:
        is_left, _slice.ends = _slice.is_left, None
    _looked[task] = began
    if is_left:
        again()
    return result
