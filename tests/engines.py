"""What one of the two databases alone can do: the tests of it, each kind with its reason.

All other tests run on both, and no test is skipped for its database anywhere else
(tests/test_architecture.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from flow import engine


def _postgresql_only(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(engine.embedded(), reason=f"PostgreSQL only: {reason}")


FAST_INTAKE = _postgresql_only("SQLite has one writer, so it takes mail in by the plain way alone")
TRIGRAMS = _postgresql_only("SQLite looks through the book, it has no index of trigrams")
PLANS = _postgresql_only("the indexes are tuned for its planner")
LOCKED_ROWS = _postgresql_only("SQLite locks no single row, so nobody can hold one meanwhile")
LATE_COMMITS = _postgresql_only("on SQLite a row that is written later is committed later")
LOST_CONNECTION = _postgresql_only("SQLite has no connection that a server could end")
SHOWN_DEADLINES = _postgresql_only("SQLite's deadlines are a clock of ours, which cannot be asked")


@contextmanager
def locked(table: str, by: BaseDatabaseWrapper | None = None) -> Iterator[None]:
    """Let nobody else write, or wait for an answer of, this table meanwhile."""
    lock = f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"
    with (by or connection).cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if engine.one_writer() else lock)
        yield
        cursor.execute("ROLLBACK")
