"""Turns among all threads and processes of this machine: one file, locked by whoever is next."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError

LOOK = 0.005  # seconds


class Turns:
    """The turns of one connection. A process that dies gives its turn back."""

    def __init__(self, path: str, patience: float) -> None:
        """Wait no longer than `patience`, in seconds."""
        self._path = path
        self._patience = patience

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
