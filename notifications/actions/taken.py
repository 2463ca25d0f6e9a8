"""Mails that the relay has taken: noted one by one, and ended together.

A worker that is killed has the relay get one mail twice at most (RELIABILITY.md, I7), because the
next mail's text is not handed over before the note of the one before is committed. The audit lines
and the emptying of the rows wait for each other, for a second at the latest.

A fast path: every mail waits for its note, and its commit is the longest part of sending a mail.
"""

import time
from datetime import datetime

import psycopg
from django.db import connection
from django.utils import timezone
from psycopg.pq import ExecStatus

from flow import engine
from notifications.actions.ending import end_sent
from notifications.models import Notification

END_SECONDS = 1.0

_NOTE = b"UPDATE notifications_notification SET sent_at = $1 WHERE id = $2"


class Taken:
    """What the relay took in this batch. Call `end` at last, whatever happened."""

    def __init__(self) -> None:
        self._rows: list[Notification] = []
        self._since = 0.0
        self._note_under_way = False

    def add(self, row: Notification) -> None:
        """Begin to note that the relay has this one, and have it ended soon."""
        row.sent_at = timezone.now()
        self._since = self._since if self._rows else time.monotonic()
        self._rows.append(row)
        if engine.answers_later():
            self._begin_note(row.pk, row.sent_at)
        else:
            Notification.objects.filter(pk=row.pk).update(sent_at=row.sent_at)
        if time.monotonic() - self._since > END_SECONDS:
            self.end()

    def settle(self) -> None:
        """Wait until the note is committed: before the next mail's text, and any other query."""
        if not self._note_under_way:
            return
        self._note_under_way = False
        with connection.wrap_database_errors:
            results = list(iter(connection.connection.pgconn.get_result, None))
            if [result.status for result in results] != [ExecStatus.COMMAND_OK]:
                raise psycopg.OperationalError(f"not noted: {[r.error_message for r in results]}")

    def end(self) -> None:
        """End them now."""
        self.settle()
        rows, self._rows = self._rows, []
        end_sent(rows)

    def _begin_note(self, pk: int, moment: datetime) -> None:
        """Send the note off; the database commits it while the next mail is made ready.

        Nothing but the time is written, so no move of the row can be lost by it.
        """
        connection.ensure_connection()
        server = connection.connection.pgconn
        with connection.wrap_database_errors:
            server.send_query_params(_NOTE, [moment.isoformat().encode(), str(pk).encode()])
            server.flush()
        self._note_under_way = True
