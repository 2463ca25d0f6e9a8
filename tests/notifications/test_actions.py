"""The outbox on a real relay and a real gateway."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts.models import AuditEntry
from notifications import states
from notifications.access import failures_about
from notifications.actions import cancel_about, send_due
from notifications.caught import open_mail
from notifications.letters import WireMail
from notifications.models import Notification
from tests.notifications.letters import (
    CODE,
    LINK,
    NUMBER,
    Outbox,
    age,
    finish_mail,
    now_queued,
    wait_of,
)
from tests.notifications.sinks import CUT, STALL, Gateway, Relay
from zivweb.broker import free_port

NOBODY = "550 5.1.1 <anna@zorg.example>: no such person"
BUSY = "451 4.3.0 <anna@zorg.example>: try again"


def test_the_same_key_gives_the_same_row(outbox: Outbox) -> None:
    assert outbox.mail("draft:1:1") == outbox.mail("draft:1:1")
    assert Notification.objects.count() == 1


def test_queueing_the_same_key_again_keeps_the_first_mail(outbox: Outbox, relay: Relay) -> None:
    outbox.mail("draft:1:1")
    outbox.mail("draft:1:1", finish_mail(subject="Something else"))

    send_due()

    assert b"Finish sending: Test results" in relay.raw()
    assert b"Something else" not in relay.raw()


def test_the_payload_is_sealed_in_the_database(outbox: Outbox) -> None:
    outbox.mail()
    outbox.sms()

    stored = b"".join(bytes(row.payload) for row in Notification.objects.all())

    secrets = (LINK, "anna@", "Test results", NUMBER, CODE)
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_the_relay_gets_the_mail_once(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()

    assert (send_due(), send_due()) == (1, 0)

    assert relay.taken[0].rcpt_tos == ["anna@zorg.example"]
    assert f"Message-ID: <{row.uid}@zivweb.example>".encode() in relay.raw()
    assert len(relay.taken) == 1


def test_bounces_come_back_to_the_row(outbox: Outbox, relay: Relay) -> None:
    outbox.mail()

    send_due()

    assert str(relay.taken[0].mail_from).startswith("bounce+")
    assert str(relay.taken[0].mail_from).endswith("@zivweb.example")


def test_the_reader_gets_the_mail_as_it_was_written(outbox: Outbox, relay: Relay) -> None:
    outbox.mail(mail=finish_mail("nl", subject="Uitslag voor Zoë", organization_name=".\r\n."))

    send_due()

    caught = open_mail(WireMail("", "", relay.raw()))
    assert "Zoë" in caught.subject
    assert LINK in caught.text
    assert LINK in caught.html


def test_one_connection_takes_the_whole_batch(outbox: Outbox, relay: Relay) -> None:
    rows = [outbox.mail(f"draft:{number}:1") for number in range(20)]

    assert send_due() == len(rows)

    assert (len(relay.taken), relay.connections) == (20, 1)


def test_what_was_sent_leaves_nothing_to_read(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()

    send_due()

    row.refresh_from_db()
    assert row.state == states.SENT
    assert (bytes(row.payload), bytes(row.data_key)) == (b"", b"")


def test_what_was_sent_stands_in_the_audit_log(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()

    send_due()

    entry = AuditEntry.objects.get(verb="notification_sent")
    assert (entry.about, entry.data["notification"]) == ("draft:1", row.pk)


def test_a_mail_that_the_relay_defers_is_tried_again(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    relay.replies = [BUSY]

    send_due()

    assert now_queued(row)
    assert (row.error, row.attempts, wait_of(row)) == ("451 4.3.0", 1, 1)


def test_every_try_has_the_same_bytes(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    relay.at_recipient = [BUSY]
    send_due()
    age(row, timedelta(minutes=1))

    send_due()

    assert b"Message-ID: <%s@" % str(row.uid).encode() in relay.raw()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (states.SENT, 2, "")


@pytest.mark.parametrize("at_recipient", [[NOBODY], []])
def test_a_mail_that_the_relay_refuses_has_failed(
    outbox: Outbox, relay: Relay, at_recipient: list[str]
) -> None:
    row = outbox.mail()
    relay.at_recipient, relay.replies = at_recipient, [NOBODY]

    send_due()

    assert failures_about("draft:1") == [row]
    row.refresh_from_db()
    assert row.error == "550 5.1.1"


def test_one_refused_mail_stops_no_other(outbox: Outbox, relay: Relay) -> None:
    first, second = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    relay.at_recipient = [NOBODY]

    send_due()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (states.FAILED, states.SENT)


def test_a_line_that_is_cut_costs_one_mail_one_try(outbox: Outbox, relay: Relay) -> None:
    first, second = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    relay.replies = [CUT]

    send_due()

    second.refresh_from_db()
    assert now_queued(first)
    assert (first.error, first.attempts, second.state) == ("no answer", 1, states.SENT)


def test_a_stall_does_not_hold_up_the_others(
    outbox: Outbox, relay: Relay, settings: Settings
) -> None:
    settings.MAIL_RELAY = settings.MAIL_RELAY | {"EMAIL_TIMEOUT": 0.3}
    first, second = outbox.mail("draft:1:1"), outbox.mail("draft:2:1")
    relay.replies = [STALL]

    send_due()

    second.refresh_from_db()
    assert now_queued(first)
    assert second.state == states.SENT


def test_a_relay_that_keeps_cutting_the_line_gets_no_more(outbox: Outbox, relay: Relay) -> None:
    rows = [outbox.mail(f"draft:{number}:1") for number in range(4)]
    relay.replies = [CUT, CUT]

    assert send_due() == 0

    assert [now_queued(row) for row in rows] == [True] * 4
    assert [row.attempts for row in rows] == [1, 1, 0, 0]


def test_a_relay_that_is_down_costs_no_mail_a_try(outbox: Outbox, settings: Settings) -> None:
    settings.DEMO = False
    settings.MAIL_RELAY = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": free_port()}
    rows = [outbox.mail(f"draft:{number}:1") for number in range(3)]

    assert send_due() == 0

    assert [now_queued(row) for row in rows] == [True] * 3
    assert {(row.error, row.attempts, wait_of(row)) for row in rows} == {("no relay", 0, 1)}


def test_mail_waits_out_a_relay_that_is_down(
    outbox: Outbox, relay: Relay, settings: Settings
) -> None:
    row, up = outbox.mail(), settings.MAIL_RELAY
    settings.MAIL_RELAY = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": free_port()}
    send_due()
    settings.MAIL_RELAY = up
    age(row, timedelta(minutes=2))

    send_due()

    assert len(relay.taken) == 1


@pytest.mark.parametrize(
    ("reply", "error"), [(BUSY, "given up: 451 4.3.0"), (CUT, "given up: no answer")]
)
def test_a_mail_is_given_up_after_five_days(
    outbox: Outbox, relay: Relay, reply: str, error: str
) -> None:
    row = outbox.mail()
    age(row, timedelta(days=5))
    relay.replies = [reply]

    send_due()

    assert [failed.error for failed in failures_about("draft:1")] == [error]


def test_a_relay_that_wants_another_login_refuses_no_mail(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    relay.at_recipient = ["530 5.7.0 Authentication required"]

    assert send_due() == 0

    assert now_queued(row)


@pytest.mark.parametrize("url", ["nothing://x", "discord://1234567890/abcdefghijklmnop"])
def test_a_service_without_phone_numbers_sends_nothing(
    outbox: Outbox, settings: Settings, url: str
) -> None:
    settings.SMS_URLS = [url]
    row = outbox.sms()

    send_due()

    row.refresh_from_db()
    assert row.state == states.FAILED


def test_no_address_number_or_code_is_logged(
    outbox: Outbox, relay: Relay, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.mail("draft:1:1")
    outbox.sms()
    relay.replies, gateway.statuses = [BUSY], [500]

    with caplog.at_level("INFO"):
        send_due()

    secrets = ("anna@", NUMBER, NUMBER[1:], CODE, "Test results", LINK)
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_the_demo_sends_nothing_and_keeps_all(outbox: Outbox) -> None:
    rows = [outbox.mail(), outbox.sms()]

    assert send_due() == len(rows)

    sent = Notification.objects.filter(state=states.SENT).exclude(payload=b"")
    assert sent.count() == 2


def test_what_is_called_off_is_not_sent(outbox: Outbox, relay: Relay) -> None:
    outbox.mail()

    assert cancel_about("draft:1", "finish_sending") == 1

    assert send_due() == 0
    assert relay.taken == []


def test_what_was_sent_cannot_be_called_off(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    send_due()

    assert cancel_about("draft:1", "finish_sending") == 0

    row.refresh_from_db()
    assert row.state == states.SENT


def test_a_mail_whose_key_is_gone_waits_for_the_key(
    outbox: Outbox, relay: Relay, settings: Settings
) -> None:
    row = outbox.mail()
    settings.ENCRYPTION_KEYS = [b"another key of thirty-two bytes."]

    send_due()

    assert now_queued(row)
    assert (row.error, bytes(row.payload) != b"") == ("cannot be opened", True)
