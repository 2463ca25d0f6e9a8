"""What failed."""

from notifications.access import failures_about
from notifications.actions import send_due
from tests.notifications.letters import Outbox
from tests.notifications.sinks import Relay


def test_failures_are_found_by_what_they_are_about(outbox: Outbox, relay: Relay) -> None:
    first, second = outbox.mail("draft:1:1"), outbox.mail("draft:1:2")
    relay.at_recipient = ["550 5.1.1 no", "554 no"]

    send_due()

    assert [(row, row.error) for row in failures_about("draft:1")] == [
        (second, "554"),
        (first, "550 5.1.1"),
    ]
    assert failures_about("draft:2") == []
