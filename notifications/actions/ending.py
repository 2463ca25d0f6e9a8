"""What becomes of a row that was tried: it waits for its next time, or comes to its end."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.audit import line, record_all
from accounts.models import AuditEntry
from flow.moves import MoveLost, move, move_all
from notifications import states
from notifications.models import Notification

log = logging.getLogger(__name__)


def put_off(row: Notification, **fields: Any) -> None:
    """Let a row wait for its next time."""
    try:
        move(row, states.QUEUED, states.MOVES, lease_until=None, **fields)
    except MoveLost:
        log.info("%s was moved by another worker", row)


def end(row: Notification, state: str, **fields: Any) -> bool:
    """Mark the end of a row; outside the demo its content goes with its key.

    False when another worker moved the row first.
    """
    fields |= emptied()
    if state == states.FAILED:
        fields["news"] = True
    try:
        with transaction.atomic():
            move(row, state, states.MOVES, lease_until=None, **fields)
            record_all([line_of(row, state)])
    except MoveLost:
        log.info("%s was moved by another worker", row)
        return False
    return True


def end_sent(rows: Sequence[Notification]) -> None:
    """End mails that the relay has taken, in one transaction; when that fails, each alone."""
    try:
        with transaction.atomic():
            move_all(rows, states.SENT, states.MOVES, lease_until=None, error="", **emptied())
            record_all(line_of(row, states.SENT) for row in rows)
    except MoveLost:
        for row in rows:
            end(row, states.SENT, error="")


def emptied() -> dict[str, Any]:
    """Return the fields of a row that came to its end: outside the demo its content goes."""
    return {} if settings.DEMO else {"payload": b"", "data_key": b""}


def line_of(row: Notification, what: str) -> AuditEntry:
    """Return the audit line of what became of a row."""
    return line(
        f"notification_{what}",
        row.about,
        organization_id=row.organization_id,
        notification=row.pk,
        kind=row.kind,
        channel=row.channel,
        error=row.error,
    )
