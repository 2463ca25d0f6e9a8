"""What the tests have a reader do: harmless, and just over its bounds."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flow.reader_child import Answer


def echo(said: Any, blobs: list[bytes]) -> Iterator[Answer]:
    """Say the same."""
    yield Answer(said, blobs)


def count(most: int, _blobs: list[bytes]) -> Iterator[Answer]:
    """Count, a number an answer."""
    yield from map(Answer, range(most))


def process(_said: Any, _blobs: list[bytes]) -> Iterator[Answer]:
    """Say which process this is."""
    yield Answer(os.getpid())


def environment(_said: Any, _blobs: list[bytes]) -> Iterator[Answer]:
    """Name what this process was given: its variables and its open files."""
    with os.scandir("/proc/self/fd") as files:
        named = sorted(file.name for file in files)
    yield Answer({"variables": sorted(os.environ), "files": named[:-1]})  # the last is this list


def work(seconds: float, _blobs: list[bytes]) -> Iterator[Answer]:
    """Take processor time."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    yield Answer("done")


def wait(seconds: float, _blobs: list[bytes]) -> Iterator[Answer]:
    """Take time on the clock alone."""
    time.sleep(seconds)
    yield Answer("done")


def hold(size: int, _blobs: list[bytes]) -> Iterator[Answer]:
    """Take memory."""
    yield Answer(len(bytearray(size)))


def say(size: int, _blobs: list[bytes]) -> Iterator[Answer]:
    """Say much."""
    yield Answer("x" * size)


def write(path: str, _blobs: list[bytes]) -> Iterator[Answer]:
    """Write a file."""
    yield Answer(Path(path).write_text("written"))


def fail(_said: Any, _blobs: list[bytes]) -> Iterator[Answer]:
    """Make a mistake."""
    yield Answer([][0])


def die(after: int, _blobs: list[bytes]) -> Iterator[Answer]:
    """Count, and end without a word."""
    yield from map(Answer, range(after))
    os._exit(7)


def die_once(said: dict[str, Any], _blobs: list[bytes]) -> Iterator[Answer]:
    """Count, and end without a word in the process of this number."""
    yield from map(Answer, range(said["to"]))
    if os.getpid() == said["pid"]:
        os._exit(7)
    yield Answer("done")
