"""A draft becomes a message; its recipients follow what became of their mails."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from delivery.actions import follow_notifications, send_message
from delivery.content import Secret
from delivery.models import Message, MessageRecipient
from delivery.states import BOUNCED, NOTIFIED, QUEUED, READ
from notifications.models import Notification
from tests import make
from tests.delivery.messages import (
    ACCESS,
    SUBJECT,
    TEXT,
    file,
    outgoing,
    person,
    person_with_code,
    recipient_of,
    released,
)
from vault.tokens import token_hash

pytestmark = pytest.mark.django_db

THREE = (person("a@example.nl"), person("b@example.nl", kind="cc"), person("c@example.nl"))


def deliver(state: str, error: str = "") -> None:
    """Have all mails end in this state."""
    Notification.objects.update(
        state=state, error=error, news=state == "failed", sent_at=timezone.now()
    )


def count_queries(rows: int) -> int:
    """Return how many statements it takes to follow the mails of so many recipients."""
    released(*[person(f"p{number}@example.nl") for number in range(rows)])
    deliver("sent")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        follow_notifications()
    return len(queries)


def all_bytes(table: str) -> str:
    """Return every value of a table as text: what a reader of the database sees."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
        rows = cursor.fetchall()
    return repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])


def test_a_message_says_what_the_mail_said() -> None:
    content = released(html="<p>hello").open_content()
    assert (content.subject, content.text, content.html) == (SUBJECT, TEXT, "<p>hello")


def test_a_message_can_be_read_as_long_as_was_asked() -> None:
    message = released(keep_days=7)
    assert message.expires_at - message.created_at == pytest.approx(
        timedelta(days=7), abs=timedelta(seconds=5)
    )


def test_each_recipient_keeps_kind_and_secret() -> None:
    message = released(person(), person_with_code("els@example.nl", kind="cc"))
    els = recipient_of(message, "els@example.nl")
    assert (els.kind, els.state, els.open_secret()) == ("cc", QUEUED, Secret(ACCESS, "the bird"))


def test_each_recipient_has_a_link_of_their_own() -> None:
    rows = list(released(*THREE).recipients.all())
    assert len({row.token for row in rows}) == 3


def test_only_the_hash_of_a_link_is_stored() -> None:
    row = recipient_of(released())
    assert row.token_hash == token_hash(row.token)


def test_each_recipient_is_sent_one_mail() -> None:
    message = released(*THREE)
    kinds = Notification.objects.values_list("kind", "about", "channel")
    assert list(kinds) == [("message_ready", f"message:{message.pk}", "mail")] * 3


def test_a_recipient_points_to_their_own_mail() -> None:
    message = released(*THREE)
    row = recipient_of(message, "b@example.nl")
    assert row.notification is not None
    assert row.notification.key == f"message:{message.pk}:{row.pk}:ready"


def test_a_recipient_is_written_to_in_the_language_of_the_organization() -> None:
    sender = make.user(make.organization(language="nl"))
    assert recipient_of(released(sender=sender)).language == "nl"


@pytest.mark.parametrize(
    "table",
    [
        "delivery_message",
        "delivery_messagerecipient",
        "delivery_messageattachment",
        "notifications_notification",
        "accounts_auditentry",
        "vault_blobchunk",
    ],
)
def test_nothing_of_a_message_is_readable_in_the_database(table: str) -> None:
    released(person(), person_with_code("els@example.nl"), attachments=(file(b"secret bytes"),))
    stored = all_bytes(table)
    secrets = (SUBJECT, TEXT, ACCESS, "the bird", make.NUMBER, "results.pdf", "secret bytes")
    assert [secret for secret in secrets if secret in stored] == []


def test_a_release_that_is_rolled_back_leaves_nothing() -> None:
    twice = person()
    with pytest.raises(IntegrityError):
        send_message(outgoing(make.user(), twice, twice))
    assert (Message.objects.count(), Notification.objects.count()) == (0, 0)


def test_a_release_has_its_audit_line() -> None:
    message = released(*THREE)
    line = AuditEntry.objects.get(about=f"message:{message.pk}")
    assert (line.verb, line.data) == ("send_message", {"recipients": 3})


def test_a_mail_that_arrived_makes_its_recipient_notified() -> None:
    message = released()
    deliver("sent")
    follow_notifications()
    row = recipient_of(message)
    assert (row.state, row.notified_at is not None) == (NOTIFIED, True)


def test_a_mail_that_failed_makes_its_recipient_bounced() -> None:
    message = released()
    deliver("failed", "550")
    follow_notifications()
    row = recipient_of(message)
    assert (row.state, row.stopped_at is not None, row.notified_at) == (BOUNCED, True, None)


@pytest.mark.parametrize("state", ["queued", "sending", "cancelled"])
def test_a_mail_under_way_leaves_its_recipient_queued(state: str) -> None:
    message = released()
    deliver(state)
    assert (follow_notifications(), recipient_of(message).state) == (0, QUEUED)


def test_a_recipient_who_was_quicker_than_us_stays_ahead() -> None:
    message = released()
    deliver("sent")
    MessageRecipient.objects.update(state=READ)
    follow_notifications()
    assert recipient_of(message).state == READ


def test_following_twice_changes_nothing_more() -> None:
    released(*THREE)
    deliver("sent")
    assert [follow_notifications(), follow_notifications()] == [3, 0]


def test_following_takes_as_many_statements_for_three_recipients_as_for_one() -> None:
    assert count_queries(1) == count_queries(3)
