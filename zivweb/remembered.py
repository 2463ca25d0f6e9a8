"""Answers that are found at most once a second, however many programs ask for them."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

Found = TypeVar("Found")

SECOND: Final = 1.0
_all: list["Remembered[object]"] = []


class Remembered(Generic[Found]):
    """What a function returned less than a second ago; those who ask meanwhile wait for it."""

    def __init__(self, find: Callable[[], Found]) -> None:
        self._find = find
        self._lock = threading.Lock()
        self._found: tuple[float, Found] | None = None
        _all.append(self)  # type: ignore[arg-type]  # only to forget it

    def __call__(self) -> Found:
        """Return it."""
        with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > SECOND:
                self._found = None
                found = self._find()
                self._found = time.monotonic(), found
            return self._found[1]

    def forget(self) -> None:
        """Find it anew the next time."""
        self._found = None


def forget_all() -> None:
    """Find everything anew the next time."""
    for each in _all:
        each.forget()
