"""The tables of the audit log without what guards them: to empty them, and to tamper with them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

from flow import engine

TABLES = ("accounts_auditentry", "accounts_auditseal")


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the triggers away meanwhile, as only the owner of the tables can."""
    off, on = _sqlite() if engine.embedded() else _postgresql()
    _execute(off)
    yield
    _execute(on)


def flush_unguarded() -> None:
    """Let Django empty the tables between tests that commit."""
    flush = connection.ops.execute_sql_flush

    def execute(sql_list: Iterable[str]) -> None:
        with unguarded():
            flush(sql_list)

    connection.ops.execute_sql_flush = execute  # type: ignore[method-assign]


def _postgresql() -> tuple[list[str], list[str]]:
    off, on = (
        [f"ALTER TABLE {t} {verb} TRIGGER USER" for t in TABLES] for verb in ("DISABLE", "ENABLE")
    )
    return off, on


def _sqlite() -> tuple[list[str], list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _sql in found], [sql for _name, sql in found]


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
