"""Django's SQLite backend, with writers that take turns, and the letters of Unicode in any case.

SQLite wakes nobody when its one write lock is free: who waits asks now and then. A worker that
writes one transaction after the other then takes it again and again, and a mail that comes in
waits until its client gives up. So a writer asks for the lock only when it is its turn.
"""

import math
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from django.db.backends.sqlite3 import base, operations

from zivweb.sqlite.turns import Turns, Urgent

ANY_CASE = {"iexact", "icontains", "istartswith", "iendswith"}
LIKE = "LIKE lower(%s) ESCAPE '\\'"
READS = ("SELECT", "PRAGMA", "EXPLAIN", "ROLLBACK")
STEPS = 100_000  # of SQLite's machine between two looks at the clock: a few milliseconds


class DatabaseOperations(operations.DatabaseOperations):
    """Compares any case of any letter: LIKE itself knows but those of ASCII."""

    def lookup_cast(self, lookup_type: str, internal_type: str | None = None) -> str:
        """Return how the left side of a comparison is written."""
        return "lower(%s)" if lookup_type in ANY_CASE else super().lookup_cast(lookup_type)


class Clock:
    """Ends a statement that takes too long: SQLite asks it now and then while it works."""

    def __init__(self, seconds: float) -> None:
        """Let a statement, or a look at its next rows, take so long."""
        self._seconds = seconds
        self._ends = math.inf

    def start(self) -> None:
        """Note that work begins."""
        self._ends = time.monotonic() + self._seconds

    def rang(self) -> bool:
        """Tell whether the work took too long."""
        return time.monotonic() > self._ends


class Cursor(base.SQLiteCursorWrapper):
    """Waits for its turn before a statement that takes the write lock."""

    turns: Turns | Urgent
    clock: Clock

    def execute(self, query: str, params: Any = None) -> Self:
        """Execute a statement."""
        self._act(query, partial(super().execute, query, params))
        return self

    def executemany(self, query: str, param_list: Any) -> Self:
        """Execute a statement for several rows."""
        self._act(query, partial(super().executemany, query, list(param_list)))
        return self

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """Return the next rows; SQLite finds them now, so they have a deadline of their own."""
        self.clock.start()
        return super().fetchmany(size)

    def fetchone(self) -> Any:
        """Return the next row."""
        self.clock.start()
        return super().fetchone()

    def fetchall(self) -> list[Any]:
        """Return all other rows."""
        self.clock.start()
        return super().fetchall()

    def _act(self, query: str, statement: Callable[[], object]) -> None:
        self.clock.start()
        if self.connection.in_transaction:  # which has the lock
            statement()
        elif query.lstrip().upper().startswith(READS):
            self.turns.read(statement)
        else:
            self.turns.write(statement)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection."""

    ops_class = DatabaseOperations
    operators = base.DatabaseWrapper.operators | dict.fromkeys(ANY_CASE, LIKE)
    pattern_ops = {
        lookup: pattern.replace("UPPER(", "lower(")
        for lookup, pattern in base.DatabaseWrapper.pattern_ops.items()
    }

    def get_connection_params(self) -> dict[str, Any]:
        """Return what a connection is opened with; `urgent` is what somebody waits for."""
        params: dict[str, Any] = super().get_connection_params()
        self._clock = Clock(params.pop("statement_seconds", math.inf))
        path, patience = f"{params['database']}-turn", params["timeout"]
        self._turns: Turns | Urgent = Turns(path, patience)
        if params.pop("urgent", False):
            self._turns, params["timeout"] = Urgent(patience), Urgent.ASK
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        """Return a connection."""
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        connection.create_function("lower", 1, _lower, deterministic=True)
        # Else LIKE is blind to the case of ASCII, and finds no beginning by an index.
        connection.execute("PRAGMA case_sensitive_like = ON")
        connection.set_progress_handler(self._clock.rang, STEPS)
        return connection

    def create_cursor(self, name: str | None = None) -> Cursor:
        """Return a cursor of this connection."""
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.turns = self._turns
        cursor.clock = self._clock
        return cursor


def _lower(text: str | bytes | float | None) -> str | bytes | float | None:
    return text.lower() if isinstance(text, str) else text
