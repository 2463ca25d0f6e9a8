"""Turns among all threads and processes of this machine: one file, locked by whoever is next.

A turn lasts until SQLite's own write lock is there, never as long as a transaction: who holds that
lock waits for no turn. Where no file can be locked nobody takes turns, and SQLite decides alone.
"""

import fcntl
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from django.db import OperationalError

log = logging.getLogger(__name__)

LOOK = 0.005  # seconds


class NoTurn(OperationalError):
    """Others have written all the time."""


class Turns:
    """The turns of one connection. A process that dies gives its turn back."""

    def __init__(self, path: str, patience: float) -> None:
        """Wait no longer than `patience`, in seconds."""
        self._path = path
        self._patience = patience

    @staticmethod
    def read(statement: Callable[[], object]) -> None:
        """Execute a statement that needs no lock."""
        statement()

    def write(self, statement: Callable[[], object]) -> None:
        """Execute a statement when it is its turn."""
        with self.mine():
            statement()

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Hold the turn. Raises NoTurn when it does not come in time."""
        file = self._open()
        try:
            self._wait(file)
            yield
        finally:
            if file is not None:
                _give_back(file)

    def _open(self) -> int | None:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            _tell(error.strerror)
            return None
        if os.geteuid() == 0:  # as SQLite does with its files: the service is to open it, too
            folder = Path(self._path).parent.stat()
            os.fchown(file, folder.st_uid, folder.st_gid)
        return file

    def _wait(self, file: int | None) -> None:
        until = time.monotonic() + self._patience
        while file is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise NoTurn("database is locked: no turn came") from None
                time.sleep(LOOK)
            except OSError as error:
                _tell(error.strerror)
                return
            else:
                return


def _give_back(file: int) -> None:
    """End the lock, also where a process that was forked meanwhile has the file open."""
    with suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_UN)
    os.close(file)


@cache
def _tell(reason: str) -> None:
    """Log it once, not at every statement."""
    log.warning("writers to SQLite take no turns: %s", reason)


class Urgent:
    """Takes no turns, and asks for the lock so often that it is hardly ever overtaken."""

    ASK = 0.02  # seconds, the time-out of the connection; it begins with pauses of 1, 2 and 5 ms

    def __init__(self, patience: float) -> None:
        """Ask no longer than `patience`, in seconds."""
        self._patience = patience

    def read(self, statement: Callable[[], object]) -> None:
        """Execute a statement that needs no lock, or a short one at the start of a database."""
        self.write(statement)

    def write(self, statement: Callable[[], object]) -> None:
        """Execute a statement as soon as the lock is free."""
        until = time.monotonic() + self._patience
        while True:
            try:
                statement()
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > until:
                    raise
            else:
                return
