"""Several workers at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from notifications import actions, tasks
from notifications.models import Notification
from tests.notifications.letters import Outbox
from tests.notifications.sinks import Gateway, Relay

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def work() -> None:
    """Empty the outbox, as a worker does."""
    try:
        tasks.send_due()
    finally:
        connections.close_all()


def run_workers(count: int) -> None:
    """Run the task in this many threads at once."""
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda _: work(), range(count)))


@pytest.mark.slow
def test_no_mail_is_sent_twice(relay: Relay) -> None:
    outbox = Outbox()
    keys = [f"draft:{number}:1" for number in range(60)]
    rows = [outbox.mail(key) for key in keys]

    run_workers(4)

    assert len(relay.taken) == len(rows)
    assert set(Notification.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_no_sms_is_sent_twice(gateway: Gateway) -> None:
    outbox = Outbox()
    rows = [outbox.sms(f"challenge:{number}:1") for number in range(12)]

    run_workers(4)

    assert len(gateway.posts) == len(rows)


def test_one_key_queued_by_many_gives_one_row() -> None:
    outbox = Outbox()

    def queue(_: int) -> int:
        try:
            return outbox.mail("draft:1:1").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(queue, range(16)))

    assert len(found) == Notification.objects.count() == 1
    assert actions.cancel_about("draft:1", "finish_sending") == 1
