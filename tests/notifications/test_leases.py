"""What a worker that died leaves behind."""

from notifications.actions import send_due
from tests.notifications.letters import Outbox, leave_behind, now_queued, wait_of
from tests.notifications.sinks import Relay


def test_a_mail_whose_worker_died_goes_again(outbox: Outbox, relay: Relay) -> None:
    row = outbox.mail()
    leave_behind(row, seconds_ago=1)

    send_due()

    assert f"Message-ID: <{row.uid}@".encode() in relay.raw()


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
