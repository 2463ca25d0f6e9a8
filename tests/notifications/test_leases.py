"""What a worker that died leaves behind."""

from datetime import timedelta

from django.utils import timezone

from notifications.actions import send_due, send_texts
from notifications.retries import LEASE
from tests.notifications.letters import Outbox, leave_behind, now_queued, wait_of
from tests.notifications.sinks import Gateway, Relay
from zivweb.celery import BEAT


def test_a_mail_whose_worker_died_goes_again(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    leave_behind(row, seconds_ago=1)

    send_due()

    assert f"Message-ID: <{row.uid}@".encode() in relay.raw()


def test_a_mail_that_the_relay_had_taken_does_not_go_again(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    leave_behind(row, seconds_ago=1, sent_at=timezone.now())

    send_due()

    row.refresh_from_db()
    assert (row.state, relay.taken) == ("sent", [])


def test_a_mail_that_killed_two_workers_lets_the_others_go_first(
    outbox: Outbox, relay: Relay
) -> None:
    row = outbox.mail()
    leave_behind(row, seconds_ago=1, attempts=2)

    send_due()

    assert now_queued(row)
    assert wait_of(row) == 1


def test_a_mail_under_a_lease_is_left_alone(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    leave_behind(row, seconds_ago=-60)

    assert send_due() == 0

    assert relay.taken == []


def test_a_code_goes_out_while_the_mails_wait_for_their_relay(
    outbox: Outbox, relay: Relay, gateway: Gateway
) -> None:
    outbox.mail()
    outbox.sms()

    send_texts()

    assert (relay.taken, len(gateway.posts)) == ([], 1)


def test_a_lease_ends_soon_enough_for_another_worker_to_send_within_two_minutes() -> None:
    assert LEASE + timedelta(seconds=BEAT["notifications.tasks.send_due"]) < timedelta(seconds=120)
