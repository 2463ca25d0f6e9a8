"""The mails of one organization do not hold up another's, and no mail a code to sign in with."""

from dataclasses import replace

from notifications.actions import send_due
from tests.notifications.letters import Outbox, finish_mail
from tests.notifications.sinks import Relay

MUCH = 60  # more than one worker takes at once


def queued(outbox: Outbox, count: int = MUCH) -> None:
    """Queue many mails."""
    _ = [outbox.mail(f"draft:{number}") for number in range(count)]


def place_of(uid: object, relay: Relay) -> int:
    """Return when the relay got a mail."""
    raws = [mail.original_content or b"" for mail in relay.taken]
    return [str(uid).encode() in raw for raw in raws].index(True)


def test_a_mail_goes_out_before_the_many_of_others(outbox: Outbox, relay: Relay) -> None:
    queued(outbox)
    row = Outbox().mail("draft:quiet")

    send_due()

    assert place_of(row.uid, relay) <= 1


def test_what_somebody_waits_for_goes_out_first(outbox: Outbox, relay: Relay) -> None:
    queued(outbox)
    row = outbox.mail("code", replace(finish_mail(), urgent=True))

    send_due()

    assert place_of(row.uid, relay) == 0
