"""Taking mail in, sealed and durable, against Postfix' hold queue (goals 1.2, 1.0, 0.7; 0.45).

And the fast way in against the plain one (`ZIVWEB_INTAKE`), so that it earns its lines. One load
generator for all: Debian's smtp-source, from a network that all trust. All keep their mails on the
same disk, and all have synced them when they say 250.
"""

import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from accounts.actions import create_organization
from accounts.models import User
from bench import postfix
from bench.product import smtp_server
from bench.runner import Goal, compare, say, skip
from intake.models import RawMail

YARDSTICK = "Postfix hold queue"
# connections, bytes of a mail, mails in a round, goal
ROUNDS = (
    (32, 10 * 1024, 3000, 1.2),
    (8, 10 * 1024, 3000, 1.0),
    (1, 10 * 1024, 800, 0.7),
    (8, 1024 * 1024, 120, 0.45),
)
PLAIN = (32, 10 * 1024, 1000, 1.0)  # against ZIVWEB_INTAKE=plain
SENDER, TO = "anna@intake.bench.example", "jan@elsewhere.example"


def run() -> None:
    """Hand in to both in turns."""
    _require_durable()
    organization = create_organization("Bench of intake", ["intake.bench.example"])
    organization.trusted_networks = ["127.0.0.1/32"]
    organization.save()
    User.objects.create_user(SENDER, organization=organization)
    try:
        with postfix.hold_queue() as (port, hold), smtp_server() as own:
            for sessions, size, count, goal in ROUNDS:
                _compare(own, port, hold, (sessions, size, count, goal))
        with smtp_server() as own, smtp_server(ZIVWEB_INTAKE="plain") as plain:
            _compare_ways(own, plain)
    except postfix.Missing as missing:
        skip("intake against Postfix", str(missing))


def _compare(own: int, port: int, hold: Path, what: tuple[int, int, int, float]) -> None:
    sessions, size, count, goal = what
    kind = "1 MiB" if size > 100_000 else "10 KiB"
    compare(
        Goal(f"intake {kind}, {sessions} connections", YARDSTICK, goal, "mails/s"),
        lambda: _rate(own, what, lambda: _stored(count)),
        lambda: _rate(port, what, lambda: _held(hold, count)),
    )


def _compare_ways(own: int, plain: int) -> None:
    sessions, _, count, goal = PLAIN
    compare(
        Goal(f"intake 10 KiB, {sessions} connections", "ZIVWEB_INTAKE=plain", goal, "mails/s"),
        lambda: _rate(own, PLAIN, lambda: _stored(count)),
        lambda: _rate(plain, PLAIN, lambda: _stored(count)),
    )


def _rate(port: int, what: tuple[int, int, int, float], settle: Callable[[], None]) -> float:
    sessions, size, count, _ = what
    started = time.perf_counter()
    postfix.send(port, count, size, sessions, SENDER, TO)
    seconds = time.perf_counter() - started
    settle()
    return count / seconds


def _stored(count: int) -> None:
    """Check that every mail is there, and clear up."""
    found = RawMail.objects.count()
    if found != count:
        raise AssertionError(f"{found} mails stored of {count}")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE intake_rawmail, intake_rawpiece")


def _held(hold: Path, count: int) -> None:
    found = len(list(hold.iterdir()))
    if found != count:
        raise AssertionError(f"{found} mails held of {count}")
    postfix.empty(hold)


def _require_durable() -> None:
    """Print what the server says of its promises. Raises AssertionError when it makes none."""
    said = []
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            said.append(f"{name} {cursor.fetchone()[0]}")
    say(f"PostgreSQL: {', '.join(said)}")
    assert all(each.endswith(" on") for each in said)
