"""Has strangers' bytes read by a process of its own, which has bounds and may die of them.

A function that reads is named "module:function". It gets what was said and the blobs, and yields
`Answer`s. The process (`flow.reader_child`) stays for the next call, and is replaced once it is
dead. What comes back is data: JSON and bytes, never objects.
"""

import atexit
import io
import json
import logging
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from flow.reader_child import Answer, head_bytes

__all__ = ["Answer", "Body", "Bounds", "ReaderAway", "ReaderFailed", "TooComplex", "ask", "ask_all"]

log = logging.getLogger(__name__)

TRIES: Final = 2
AT_A_TIME: Final = 4  # processes of one process of ours
START_SECONDS: Final = 30.0
PATIENCE: Final = 60.0  # seconds that a call waits for a process that is free
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
_ROOT: Final = str(Path(__file__).resolve().parent.parent)
_PROGRAM: Final = (
    f"import sys; sys.path.insert(0, {_ROOT!r}); from flow.reader_child import serve; serve()"
)
_LENGTH: Final = struct.Struct("!I")
_PIPE, _SHORT = 1 << 20, 1 << 14
_BEYOND: Final = {"MemoryError", "RecursionError", "TakesTooLong"}


class TooComplex(Exception):
    """Reading this takes more time, memory or room than it may, or killed two processes."""


class ReaderAway(Exception):
    """There is no process to read with just now: nothing is known about what was to be read."""


class ReaderFailed(Exception):
    """The function raised an error that it does not handle: a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading may take: the first three for each answer, the last two for all together.

    `memory` is in bytes, beyond what the process takes by itself; `output` is in bytes.
    """

    processor: int  # seconds
    seconds: float  # on the clock
    memory: int
    output: int
    processor_in_all: int = 0  # seconds; 0: those of one answer


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes to read: the size of each blob, and how to get all of them, in any pieces."""

    sizes: tuple[int, ...] = ()
    pieces: Callable[[], Iterable[bytes]] = tuple

    @classmethod
    def of(cls, *blobs: bytes) -> "Body":
        """Return these blobs."""
        return cls(tuple(map(len, blobs)), lambda: blobs)


def ask(function: str, said: Any, body: Body, bounds: Bounds) -> Answer:
    """Return the one answer of a function. Raises TooComplex, ReaderAway and ReaderFailed."""
    (answer,) = ask_all(function, said, body, bounds)
    return answer


def ask_all(function: str, said: Any, body: Body, bounds: Bounds) -> Generator[Answer, None, None]:
    """Yield the answers of a function. Raises TooComplex, ReaderAway and ReaderFailed.

    A process that dies is replaced once, and the next one begins where it was.
    """
    given = 0
    for _ in range(TRIES):
        answers = pool.answers(function, said, body, bounds)
        try:
            for answer in islice(answers, given, None):
                given += 1
                yield answer
        except _Died as death:
            log.warning("a reader died of %s (%s)", function, death)
        else:
            return
    raise TooComplex(function)


class _Died(Exception):
    """The process ended, or did not answer in time, or said what nobody understands."""


class _Gone(_Died):
    """The process ended."""


class _Ended(Exception):
    """The process had ended before it was asked: it had nothing to do for long."""


class Pool:
    """The processes of this process: those that are free, and all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_A_TIME)
        self._free: list[_Child] = []
        self._all: set[_Child] = set()
        # The kernel ends a child with the *thread* that started it: this one stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="reader")

    def answers(self, function: str, said: Any, body: Body, bounds: Bounds) -> Iterator[Answer]:
        """Yield what a process answers that is free, or a new one."""
        if not self._places.acquire(timeout=PATIENCE):
            raise ReaderAway("all are busy")
        try:
            yield from self._ask_a_free_one(function, said, body, bounds)
        finally:
            self._places.release()

    def _ask_a_free_one(
        self, function: str, said: Any, body: Body, bounds: Bounds
    ) -> Iterator[Answer]:
        while True:
            child = self._take()
            try:
                yield from child.answers(function, said, body, bounds)
            except _Ended:
                self._drop(child)
                continue
            except BaseException:
                self._drop(child)
                raise
            if child.last:
                self._drop(child)
            else:
                with self._lock:
                    self._free.append(child)
            return

    def _take(self) -> "_Child":
        with self._lock:
            if self._free:
                return self._free.pop()
        try:
            child = self._starter.submit(_Child).result()
        except (OSError, RuntimeError) as error:
            raise ReaderAway(type(error).__name__) from error
        with self._lock:
            self._all.add(child)
        return child

    def _drop(self, child: "_Child") -> None:
        with self._lock:
            self._all.discard(child)
        child.stop()

    def close(self) -> None:
        """End the processes that are free."""
        while self._free:
            self._drop(self._free.pop())

    def leave(self) -> None:
        """Let go of the processes: they are those of the process that this one is a copy of."""
        for child in self._all:
            child.leave()


class _Child:
    """One process that reads. A new one has nothing to read yet, so its end says nothing of it."""

    def __init__(self) -> None:
        """Start it, and wait until it is ready. Raises ReaderAway and OSError."""
        self.last, self._new = False, True
        self._process = subprocess.Popen(  # noqa: S603  our own file
            [sys.executable, "-I", "-c", _PROGRAM, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            bufsize=0,
            pipesize=_PIPE,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        for pipe in (self._to, self._from):
            os.set_blocking(pipe.fileno(), False)
        try:
            _Talk(self._to.fileno(), self._from.fileno(), iter(()), 1000).hear(START_SECONDS)
        except (_Died, TooComplex) as error:
            self.stop()
            raise ReaderAway("it does not start") from error

    def answers(self, function: str, said: Any, body: Body, bounds: Bounds) -> Iterator[Answer]:
        """Yield what it answers."""
        head = head_bytes({
            "function": function,
            "said": said,
            "sizes": body.sizes,
            "memory": bounds.memory,
            "processor": bounds.processor,
            "processor_in_all": bounds.processor_in_all or bounds.processor + 1,
        })  # fmt: skip
        pieces = _all_of(head, body)
        talk = _Talk(self._to.fileno(), self._from.fileno(), pieces, bounds.output)
        while True:
            try:
                heard, blobs = talk.hear(bounds.seconds)
            except _Gone as death:
                raise self._judged(death, asked=talk.heard) from None
            if "error" in heard:
                raise _raised(function, str(heard["error"]))
            if not heard.get("more"):
                self.last, self._new = bool(heard.get("last")), False
                return
            yield Answer(heard["said"], blobs)

    def _judged(self, death: _Gone, *, asked: bool) -> Exception:
        """Return what an end means: time that is up, nothing to do for long, or a death."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(1)  # else it is on its way
        self.stop()
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return TooComplex("processor time")
        if code == 0 and not (asked or self._new):
            return _Ended()
        return _Died(f"{death}, {code}")

    def stop(self) -> None:
        """End it, unless it has ended."""
        self._process.kill()
        self._process.wait()
        self._close()

    def leave(self) -> None:
        """Forget it without ending it."""
        self._process.returncode = 0
        self._close()

    def _close(self) -> None:
        for pipe in (self._to, self._from):
            with suppress(OSError):
                pipe.close()


class _Talk:
    """One question, on its way out while the answers come in."""

    def __init__(self, to: int, source: int, pieces: Iterator[bytes], room: int) -> None:
        self.heard = False
        self._to, self._from, self._pieces, self._room = to, source, pieces, room
        self._rest, self._held = memoryview(b""), b""
        self._until = 0.0
        self._watch = select.poll()
        self._watch.register(source, select.POLLIN)
        self._watch.register(to, select.POLLOUT)

    def hear(self, seconds: float) -> tuple[dict[str, Any], list[bytes]]:
        """Return the next message. Raises _Died, and TooComplex when it is too long."""
        self._until = time.monotonic() + seconds
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        try:
            head = json.loads(self._exactly(length))
            sizes = [int(size) for size in head.get("sizes", ())]
        except (ValueError, RecursionError, AttributeError, TypeError) as error:
            raise _Died("not understood") from error
        return head, [self._exactly(size) for size in sizes]

    def _exactly(self, size: int) -> bytes:
        self._room -= size
        if self._room < 0 or size < 0:
            raise TooComplex("output")
        while not self._held and size:
            self._held = self._receive(_SHORT)
        start, self._held = self._held[:size], self._held[size:]
        if len(start) == size:
            return start
        whole = io.BytesIO()  # what it holds is given away without a copy
        whole.write(start)
        while left := size - whole.tell():
            whole.write(self._receive(min(left, _PIPE)))
        return whole.getvalue()

    def _receive(self, most: int) -> bytes:
        """Return what is there by now, and send what can go."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise _Died("too slow")
        for place, events in self._watch.poll(left * 1000):
            if place == self._to:
                self._send(events)
            else:
                piece = os.read(self._from, most)
                if not piece:
                    raise _Gone("gone")
                self.heard = True
                return piece
        return b""

    def _send(self, events: int) -> None:
        """Send a piece. That nobody reads it any more shows at the other pipe."""
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        if not self._rest or events & (select.POLLERR | select.POLLHUP):
            self._watch.unregister(self._to)
            return
        try:
            self._rest = self._rest[os.write(self._to, self._rest[:_PIPE]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._watch.unregister(self._to)


def _raised(function: str, name: str) -> Exception:
    """Return what an error means that the function did not handle."""
    return TooComplex(name) if name in _BEYOND else ReaderFailed(f"{function}: {name}")


def _all_of(head: bytes, body: Body) -> Iterator[bytes]:
    """Yield what goes to the process. Raises ValueError when the blobs are no such bytes."""
    yield head
    left = sum(body.sizes)
    for piece in body.pieces():
        left -= len(piece)
        if left >= 0 and piece:
            yield piece
    if left:
        raise ValueError("the blobs have another size")


def _begin_anew() -> None:
    """After a fork: the processes stay those of the parent, and so do its locks."""
    global pool
    pool.leave()
    pool = Pool()


def _end_all() -> None:
    """At the end of this process: nobody asks any more."""
    pool.close()


pool = Pool()
atexit.register(_end_all)
os.register_at_fork(after_in_child=_begin_anew)
