"""Exports: written while they are read, page by page, with a deadline, and few at a time.

So one of any size takes little memory, holds no statement or snapshot of the database open for
somebody who reads slowly, and takes no web thread from the others for long.
"""

import logging
import math
import threading
import time
from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeVar
from weakref import WeakSet

from django.db import models
from django.utils.translation import gettext

log = logging.getLogger(__name__)

PAGE: Final = 1000  # rows in memory at a time
LINES: Final = 100  # sent together
SECONDS: Final = 900.0  # a million contacts take some minutes, on a slow machine too
AT_A_TIME: Final = 2  # in a process: fewer than people have threads (zivweb/shares.py)

Row = TypeVar("Row", bound=models.Model)

_lock = threading.Lock()
running: "WeakSet[Export]" = WeakSet()


class ExportsBusy(Exception):
    """The organization has an export on its way, or as many others have as may be."""


class Export:
    """The lines of an export, as one of those that may go on at a time. Raises ExportsBusy.

    An organization has one in each process. Whoever takes the lines away closes it.
    """

    def __init__(self, organization_id: int, lines: Iterator[str]) -> None:
        self.organization_id = organization_id
        self._lines, self._ends = lines, time.monotonic() + SECONDS
        # In the language of who asks; the lines are written when that is forgotten.
        self._incomplete = gettext(
            "This export is incomplete: it took too long, or something went wrong. "
            "Please try again."
        )
        with _lock:
            if len(running) >= AT_A_TIME or organization_id in {
                each.organization_id for each in running
            }:
                raise ExportsBusy
            running.add(self)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Return some more lines; the last one says so when they are not all."""
        piece = self._piece()
        if not piece:
            self.close()
            raise StopIteration
        return piece.encode()

    def _piece(self) -> str:
        if time.monotonic() > self._ends:
            log.warning("an export of organization:%s took too long", self.organization_id)
            return self._cut_off()
        try:
            return "".join(islice(self._lines, LINES))
        except Exception:
            log.exception("an export of organization:%s broke off", self.organization_id)
            return self._cut_off()

    def _cut_off(self) -> str:
        """Return the last line. The server ends an answer in the same way whatever ended it."""
        self._lines, self._ends = iter(()), math.inf
        return f'"{self._incomplete}"\r\n'

    def close(self) -> None:
        """Let the next one begin."""
        with _lock:
            running.discard(self)


def by_pages(rows: models.QuerySet[Row], *, newest_first: bool = False) -> Iterator[Row]:
    """Yield the rows by id; each page is a query of its own, which nobody holds open."""
    ordered = rows.order_by("-pk" if newest_first else "pk")
    beyond = "pk__lt" if newest_first else "pk__gt"
    page = list(ordered[:PAGE])
    yield from page
    while len(page) == PAGE:
        page = list(ordered.filter(**{beyond: page[-1].pk})[:PAGE])
        yield from page
