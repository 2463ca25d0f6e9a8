"""Makes times pass: rows are shifted, since the product's processes have clocks of their own."""

import sqlite3
from contextlib import closing

import psycopg

from tests.product import Product

LONG_AGO, FAR_AHEAD = "2020-01-01 00:00:00", "2099-01-01 00:00:00"


def rewrite(product: Product, statement: str, *values: object) -> None:
    """Change rows of the running product; a value is written `%s`."""
    url = product.environment["DATABASE_URL"]
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            connection.execute(statement.encode(), values)
        return
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        database.execute(statement.replace("%s", "?"), values)


def end_undo_time(product: Product) -> None:
    """Let the time to undo be over for every draft that was sent."""
    statement = "UPDATE drafts_draft SET send_at = %s WHERE state = 'sending' AND send_at < %s"
    rewrite(product, statement, LONG_AGO, FAR_AHEAD)


def stop_undo_time(product: Product, draft: int) -> None:
    """Let a draft that was sent stay in its time to undo."""
    rewrite(product, "UPDATE drafts_draft SET send_at = %s WHERE id = %s", FAR_AHEAD, draft)


def sweep(product: Product, *tasks: str) -> None:
    """Have sweeps of beat come now, not within a minute: `drafts.tasks.remind_due`."""
    calls = "; ".join(f"import {task.rpartition('.')[0]}; {task}()" for task in tasks)
    product.manage("shell", "--no-imports", "-c", calls)
