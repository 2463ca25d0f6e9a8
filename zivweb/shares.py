"""Recipients, people who sign in and programs each have threads of the web that no other takes.

Whoever finds all of theirs in use waits a moment, and is then asked to come back: a program that
asks very much, or thousands of recipients at once, keep nobody else out.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

log = logging.getLogger(__name__)

WAIT: Final = 2.0  # seconds
CROWDED: Final = "zivweb.crowded"  # in the environment of a request that was one too many
PLACES: Final = {"recipients": 4, "people": 4, "programs": 3}
WAITING: Final = 2  # more of each, for a moment
SPARE: Final = 3  # threads for styles, scripts and health, which take no time
THREADS: Final = sum(PLACES.values()) + len(PLACES) * WAITING + SPARE  # of the server

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Share:
    """So many places, and a few more to wait at."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._free = threading.BoundedSemaphore(PLACES[name])
        self._queue = threading.BoundedSemaphore(WAITING)
        self._told = -60.0

    def enter(self) -> bool:
        """Take a place; tell whether there was one in time."""
        if self._free.acquire(blocking=False):
            return True
        if self._queue.acquire(blocking=False):
            try:
                if self._free.acquire(timeout=WAIT):
                    return True
            finally:
                self._queue.release()
        self._tell()
        return False

    def leave(self) -> None:
        """Give the place back."""
        self._free.release()

    def _tell(self) -> None:
        """Log it, at most once a minute."""
        if time.monotonic() - self._told >= 60:
            self._told = time.monotonic()
            log.warning("every thread for %s is in use: some are asked to come back", self._name)


class Held:
    """An answer that keeps its place until it was sent, or nobody wants the rest."""

    def __init__(self, answer: Iterable[bytes], share: Share) -> None:
        self._answer, self._pieces = answer, iter(answer)
        self._share: Share | None = share

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """Give the place back, once."""
        share, self._share = self._share, None
        if share is None:
            return
        try:
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()
        finally:
            share.leave()

    __del__ = close  # of a server that forgets to


class Shares:
    """Divides the threads of an application among those who ask (PEP 3333)."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._shares = {name: Share(name) for name in PLACES}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request."""
        name = kind_of(environ.get("PATH_INFO", ""))
        if not name:
            return self._application(environ, start_response)
        share = self._shares[name]
        if not share.enter():
            return self._application(environ | {CROWDED: True}, start_response)
        try:
            answer = self._application(environ, start_response)
        except BaseException:
            share.leave()
            raise
        return Held(answer, share)


def kind_of(path: str) -> str:
    """Return whose share a request for this path takes, "" for what takes no time."""
    if path.startswith(("/static/", "/healthz", "/metrics")):
        return ""
    if path.startswith("/m/"):
        return "recipients"
    return "programs" if path.startswith(("/api/", "/sms/")) else "people"
