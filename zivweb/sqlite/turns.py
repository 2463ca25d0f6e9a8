"""Turns among all threads and processes of this machine: one file, locked by whoever is next."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError

LOOK = 0.005  # seconds


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
        """Hold the turn. Raises OperationalError when it does not come in time."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._wait(file)
            yield
        finally:
            os.close(file)  # which ends the lock

    def _wait(self, file: int) -> None:
        until = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise OperationalError("database is locked: no turn came") from None
                time.sleep(LOOK)
            else:
                return


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
