"""Looks at the product's rows, and moves the times back that real people would sit out."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from intake.actions import LEASE as MAIL_LEASE
from notifications.retries import LEASE as NOTIFICATION_LEASE
from tests.product import Product, wait_for

BUSY = """
    SELECT (SELECT count(*) FROM intake_rawmail WHERE state = 'stored')
         + (SELECT count(*) FROM drafts_draft draft LEFT JOIN notifications_notification notice
            ON notice.id = draft.notice_id
            WHERE draft.state IN ('received', 'sending') OR draft.state IN ('waiting', 'ready')
            AND (draft.tell_at IS NOT NULL OR notice.state = 'cancelled'))
         + (SELECT count(*) FROM notifications_notification WHERE state IN ('queued', 'sending'))
"""
DRAFTS = """
    SELECT recipient.address, draft.state
    FROM drafts_recipient recipient JOIN drafts_draft draft ON draft.id = recipient.draft_id
    ORDER BY draft.id
"""
NOTICES = """
    SELECT recipient.address, notice.uid
    FROM drafts_recipient recipient JOIN drafts_draft draft ON draft.id = recipient.draft_id
    JOIN notifications_notification notice ON notice.id = draft.notice_id
"""
END_MAIL_LEASES = """
    UPDATE intake_rawmail SET lease_until = received_at
    WHERE state = 'stored' AND lease_until < ?
"""
END_NOTIFICATION_LEASES = """
    UPDATE notifications_notification SET lease_until = created_at
    WHERE state = 'sending' AND lease_until < ?
"""
END_UNDO = "UPDATE drafts_draft SET send_at = created_at WHERE state = 'sending'"
END_WAITS = "UPDATE notifications_notification SET next_at = created_at WHERE state = 'queued'"


def now() -> datetime:
    """Return the time as the product's rows hold it."""
    return datetime.now(UTC)


def wait_until_quiet(product: Product, killed_at: datetime, patience: float = 240.0) -> None:
    """Wait until nothing is left to do; what waits for a worker that is dead waits no longer."""

    def is_quiet() -> bool:
        product.sweep()
        let_time_pass(product, killed_at)
        with database(product) as run:
            return bool(run(BUSY) == [(0,)])

    wait_for("quiet", is_quiet, patience)


def let_time_pass(product: Product, killed_at: datetime) -> None:
    """Let every next try be due now, and end the leases of the workers that were killed then.

    A worker that lives holds leases too: those of the last second are left alone.
    """
    killed_at = min(killed_at, now() - timedelta(seconds=1))
    with database(product) as run:
        run(END_MAIL_LEASES, killed_at + MAIL_LEASE)
        run(END_NOTIFICATION_LEASES, killed_at + NOTIFICATION_LEASE)
        run(END_UNDO)
        run(END_WAITS)


def states_of_drafts(product: Product) -> dict[str, list[str]]:
    """Return by recipient the states of all drafts to them, oldest first."""
    found = defaultdict(list)
    with database(product) as run:
        for address, state in run(DRAFTS):
            found[address].append(state)
    return found


def notices_of(product: Product) -> dict[str, list[str]]:
    """Return by recipient the ids of the mails that the drafts to them were told of with."""
    found = defaultdict(list)
    with database(product) as run:
        for address, uid in run(NOTICES):
            found[address].append(str(uid))
    return found


def count_mails(product: Product) -> int:
    """Return how many mails are stored."""
    with database(product) as run:
        count: int = run("SELECT count(*) FROM intake_rawmail")[0][0]
    return count


@contextmanager
def database(product: Product) -> Iterator[Any]:
    """Give a function that runs a statement on the product's database and returns the rows."""
    url = product.environment["DATABASE_URL"]
    if url.startswith("postgres"):
        with psycopg.connect(url, autocommit=True) as connection:
            yield lambda sql, *values: _rows(connection.execute(sql.replace("?", "%s"), values))
        return
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        yield lambda sql, *values: connection.execute(sql, _plain(values)).fetchall()


def _rows(cursor: Any) -> list[Any]:
    return list(cursor.fetchall()) if cursor.description else []


def _plain(values: tuple[Any, ...]) -> list[str]:
    return [f"{value:%Y-%m-%d %H:%M:%S.%f}" for value in values]
