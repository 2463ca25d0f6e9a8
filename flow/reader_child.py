"""The process that reads strangers' bytes: it has no secrets, little room and little time.

Its parent is `flow.reader`. Each way go messages: four bytes that say how long the head is, the
head as JSON, and the blobs whose sizes are in the head.
"""

import ctypes
import gc
import importlib
import io
import json
import os
import resource
import select
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

IDLE: Final = 300.0  # seconds after which a process that nobody asks ends
LARGEST: Final = 128 * 1024 * 1024  # a process that stays larger than this is replaced
FILES: Final = 64
DIE_WITH_PARENT, NO_NEW_PRIVILEGES = 1, 38  # prctl(2)
_PAGE: Final = resource.getpagesize()
_LENGTH: Final = struct.Struct("!I")
_CHUNK: Final = 1 << 20


class Answer(NamedTuple):
    """What a function says: anything that JSON can write, and bytes beside it."""

    said: Any
    blobs: Sequence[bytes] = ()


Function = Callable[[Any, list[bytes]], Iterator[Answer]]


class TakesTooLong(Exception):
    """All answers together took more processor time than they may."""


def head_bytes(head: dict[str, Any]) -> bytes:
    """Return a head as it goes through the pipe."""
    written = json.dumps(head).encode("ascii")
    return _LENGTH.pack(len(written)) + written


def serve() -> None:
    """Answer what the parent asks, until it is gone or asks nothing for a long time."""
    out = os.dup(1)
    _confine(int(sys.argv[1]))
    _write(out, head_bytes({}))  # ready
    while True:
        waiting, _, _ = select.select([0], [], [], IDLE)
        start = _exactly(_LENGTH.size) if waiting else b""
        if not start:
            return
        asked = json.loads(_exactly(*_LENGTH.unpack(start)))
        _answer(asked, out)


def _confine(parent: int) -> None:
    """Give up what no reader needs. Whatever a library prints goes nowhere."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides when this process ends
    nowhere = os.open(os.devnull, os.O_RDWR)
    for printed in (1, 2):
        os.dup2(nowhere, printed)
    os.close(nowhere)
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        library.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        library.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, FILES)


def _answer(asked: dict[str, Any], out: int) -> None:
    """Run the function; an error that it does not handle is answered by its name alone."""
    started = _processor_seconds()
    try:
        function = _function(asked["function"])
        _limit(resource.RLIMIT_AS, _bytes_taken(0) + asked["memory"])
        blobs = [_exactly(size) for size in asked["sizes"]]
        answers = function(asked["said"], blobs)
        del blobs
        for answer in _within(answers, asked, started):
            _send(out, answer, {"more": True})
    except BaseException as error:  # noqa: BLE001  whatever it is, the parent must hear of it
        name = type(error).__name__
        del error
        _end(out, name)
    del answers
    _limit(resource.RLIMIT_AS, resource.RLIM_INFINITY)
    last = _is_large()
    _write(out, head_bytes({"last": last}))
    if last:
        os._exit(0)


def _within(answers: Iterator[Answer], asked: dict[str, Any], started: float) -> Iterator[Answer]:
    """Let each answer take its part of the processor time, and all of them their sum."""
    while True:
        used = _processor_seconds()
        if used - started > asked["processor_in_all"]:
            raise TakesTooLong
        # The kernel counts whole seconds, of this process since it began.
        _limit(resource.RLIMIT_CPU, int(used) + 1 + asked["processor"])
        answer = next(answers, None)
        if answer is None:
            _limit(resource.RLIMIT_CPU, resource.RLIM_INFINITY)
            return
        yield answer


def _end(out: int, name: str) -> None:
    """Say what went wrong, and end: some of what was asked may not have been read."""
    _limit(resource.RLIMIT_AS, resource.RLIM_INFINITY)
    _write(out, head_bytes({"error": name}))
    os._exit(0)


def _function(name: str) -> Function:
    module, _, function = name.partition(":")
    found: Function = getattr(importlib.import_module(module), function)
    return found


def _send(out: int, answer: Answer, head: dict[str, Any]) -> None:
    sizes = [len(blob) for blob in answer.blobs]
    start = head_bytes({**head, "said": answer.said, "sizes": sizes})
    if sum(sizes) < _CHUNK:
        _write(out, b"".join([start, *answer.blobs]))
        return
    _write(out, start)
    for blob in answer.blobs:
        _write(out, blob)


def _write(out: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(out, rest[:_CHUNK]) :]


def _exactly(size: int) -> bytes:
    """Read so many bytes; end when the parent is gone."""
    whole = io.BytesIO()  # what it holds is given away without a copy
    while left := size - whole.tell():
        piece = os.read(0, min(left, _CHUNK))
        if not piece:
            os._exit(0)
        whole.write(piece)
    return whole.getvalue()


def _limit(kind: int, most: int) -> None:
    _, ceiling = resource.getrlimit(kind)
    if ceiling != resource.RLIM_INFINITY and (most > ceiling or most == resource.RLIM_INFINITY):
        most = ceiling
    resource.setrlimit(kind, (most, ceiling))


def _is_large() -> bool:
    if _bytes_taken(1) <= LARGEST:
        return False
    gc.collect()
    return _bytes_taken(1) > LARGEST


def _processor_seconds() -> float:
    return time.process_time()


def _bytes_taken(field: int) -> int:
    """Return the size of this process: field 0 is all of it, 1 what is in memory (proc(5))."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb", buffering=0) as sizes:  # noqa: PTH123  quicker
        return int(sizes.read().split()[field]) * _PAGE
