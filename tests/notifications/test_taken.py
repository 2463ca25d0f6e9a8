"""No mail's text goes to the relay before it is noted that the relay has the one before."""

from contextlib import closing

import pytest
from django.db import OperationalError, connection

from notifications import actions
from notifications.models import Notification
from tests import engines
from tests.notifications.letters import Outbox
from tests.notifications.sinks import Relay

pytestmark = pytest.mark.django_db(transaction=True)

NOTED = "SELECT count(*) FROM notifications_notification WHERE sent_at IS NOT NULL"
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
MAILS = 5


def asked(query: str) -> int:
    """Ask the database from outside."""
    with closing(connection.copy()) as outside, outside.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0] if row else 0


def queued(count: int) -> list[Notification]:
    """Queue some mails."""
    outbox = Outbox()
    return [outbox.mail(f"draft:{number}:1") for number in range(count)]


def test_each_mail_is_noted_before_the_text_of_the_next(relay: Relay) -> None:
    queued(MAILS)
    noted: list[int] = []
    relay.before_reply = lambda: noted.append(asked(NOTED))

    actions.send_due()

    assert noted == list(range(MAILS))


@engines.LOST_CONNECTION
def test_a_lost_database_lets_no_further_mail_out(relay: Relay) -> None:
    queued(MAILS)
    relay.before_reply = lambda: asked(CUT)

    with pytest.raises(OperationalError), closing(connection):
        actions.send_due()

    assert len(relay.taken) == 1
