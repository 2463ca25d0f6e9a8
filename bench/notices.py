"""Sending notices that wait in the outbox against smtp-source, one session, to the same smtp-sink.

Ours opens the sealed row, hands the mail over and commits what became of it; the mail was built
when it was queued (see `working_off`). Without database work: the relay's connection alone.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection

from accounts.actions import create_organization
from accounts.models import Organization
from bench import postfix
from bench.runner import Goal, compare, skip
from notifications import actions, states
from notifications.access import PAYLOAD
from notifications.gateways import Relay
from notifications.letters import Mail, Posting, WireMail, unpack_mail
from notifications.models import Notification
from tests.plugins import processes
from zivweb.broker import free_port

MAILS = 400


def run() -> None:
    """Send the same number of mails of the same size in turns."""
    organization = create_organization("Bench of notices", ["notices.bench.example"])
    try:
        with _sink() as port:
            config = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
            settings.MAIL_RELAY = config
            wire = _wire(organization)
            source = _source(port, len(wire.raw))
            yardstick = "smtp-source, one session"
            compare(
                Goal("notices out, with row and commit", yardstick, 0.5, "mails/s"),
                lambda: _sent(organization),
                source,
            )
            compare(
                Goal("notices out, without database work", yardstick, 1.0, "mails/s"),
                lambda: _handed_over(config, wire),
                source,
            )
    except postfix.Missing as missing:
        skip("notices out", str(missing))


def _sent(organization: Organization) -> float:
    """Return mails a second of what the outbound worker does."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_notification CASCADE")
    for start in range(0, MAILS, 100):
        actions.queue_mails([_posting(organization, start + step) for step in range(100)])
    started = time.perf_counter()
    while actions.send_due():
        pass
    seconds = time.perf_counter() - started
    sent = Notification.objects.filter(state=states.SENT).count()
    if sent != MAILS:
        raise AssertionError(f"{sent} mails sent of {MAILS}")
    return MAILS / seconds


def _handed_over(config: dict[str, object], wire: WireMail) -> float:
    started = time.perf_counter()
    with Relay(config) as relay:
        for _ in range(MAILS):
            relay.hand_over(wire, lambda: None)
    return MAILS / (time.perf_counter() - started)


def _source(port: int, size: int) -> Callable[[], float]:
    def measure() -> float:
        started = time.perf_counter()
        postfix.send(port, MAILS, size, 1, "bounce@zivweb.example", "jan@elsewhere.example")
        return MAILS / (time.perf_counter() - started)

    return measure


def _wire(organization: Organization) -> WireMail:
    [row] = actions.queue_mails([_posting(organization, MAILS)])
    row.refresh_from_db()
    return unpack_mail(row.unseal(PAYLOAD, bytes(row.payload)))


def _posting(organization: Organization, number: int) -> Posting:
    letter = Mail(
        kind="sign_in",
        to="jan@elsewhere.example",
        to_name="Jan",
        language="nl",
        context={"subject": "Your code", "text": "Your code is 123456.\n" * 20},
    )
    return Posting(letter, organization.pk, "user:1", f"bench:{number}")


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    command = [postfix.tool(postfix.SINK), "-u", "nobody", f"127.0.0.1:{port}", "1000"]
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        process = processes.start(command, log, user={}, stop=signal.SIGTERM)
        try:
            processes.wait_until(lambda: processes.answers(port), process, log)
            yield port
        finally:
            processes.end(process, signal.SIGTERM, [])
