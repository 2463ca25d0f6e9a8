"""Looks at everything that zivweb needs, and says what to do about what is wrong."""

import shutil
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from flow import engine
from flow.access import rows_set_aside
from notifications.access import outbox_age
from notifications.gateways import Relay, RelayDown, gateway_problem
from notifications.providers import UNSEEN_REFUSALS
from vault.access import MANY_WRAPS, MOST_WRAPS, wraps_of_first_key
from zivweb import dns, heartbeat
from zivweb.celery import QUEUES
from zivweb.environment import Stop
from zivweb.health import broker_answers
from zivweb.preparation import require_keys

OK, WARNING, FAILURE = "ok", "warning", "failure"
OLDEST_POSTGRES = 150000
CLOCK_SECONDS, OUTBOX_SECONDS, DAYS_LEFT = 5, 300, 21
DISK_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do."""

    about: str
    level: str
    text: str
    do: str = ""


def examine() -> Iterator[Finding]:
    """Yield the findings, in the order in which things need each other."""
    database = list(_database())
    yield from database
    looks: list[Callable[[], Iterator[Finding]]] = [
        _broker,
        _relay,
        _sms,
        _certificate,
        _disk,
        _dns,
    ]
    if all(finding.level != FAILURE for finding in database):
        looks[1:1] = [_workers, _rows, _keys, _clock]
    for look in looks:
        yield from look()
    yield from _settings()


def _database() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]
        yield Finding("database", FAILURE, reason, "Start it, or mend DATABASE_URL.")
        return
    if waiting:
        text = f"{len(waiting)} migrations are not applied"
        yield Finding("database", FAILURE, text, "Run: manage.py migrate")
    elif engine.embedded():
        yield Finding("database", WARNING, "SQLite", "Use PostgreSQL for more than a trial.")
    elif int(_value("SHOW server_version_num")) < OLDEST_POSTGRES:
        yield Finding("database", FAILURE, "PostgreSQL is too old", "Use version 15 or newer.")
    else:
        yield Finding("database", OK, f"PostgreSQL {_value('SHOW server_version')}")


def _value(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def _broker() -> Iterator[Finding]:
    if broker_answers():
        yield Finding("broker", OK, "answers")
    else:
        do = "Start Redis, or mend CELERY_BROKER_URL; without `serve` it must be set."
        yield Finding("broker", FAILURE, "does not answer", do)


def _rows() -> Iterator[Finding]:
    aside = rows_set_aside().count()
    if aside:
        do = "See which, and why: manage.py set_aside"
        yield Finding("rows", WARNING, f"{aside} are set aside: a task failed on them", do)
    else:
        yield Finding("rows", OK, "none is set aside")


def _workers() -> Iterator[Finding]:
    for worker, queue in QUEUES.items():
        if heartbeat.age(worker) < heartbeat.PATIENCE:
            yield Finding(worker, OK, "runs tasks")
        else:
            do = f"Start it, and beat: celery -A zivweb worker -Q {queue} (docs/operations.md)."
            yield Finding(worker, FAILURE, "gave no sign of life", do)
    late = outbox_age()
    if late > OUTBOX_SECONDS:
        do = "Look at the relay and the SMS gateway below, and at the log of outbound."
        yield Finding("outbox", FAILURE, f"the oldest mail or SMS is {late:.0f} s late", do)
    else:
        yield Finding("outbox", OK, "nothing is late")


def _keys() -> Iterator[Finding]:
    try:
        require_keys()
    except Stop as error:
        do = "Put the key back behind the others; without it that data cannot be read."
        yield Finding("keys", FAILURE, str(error), do)
        return
    yield Finding("keys", OK, f"{len(settings.ENCRYPTION_KEYS)} open the newest and oldest rows")
    wraps = wraps_of_first_key()
    if wraps > MANY_WRAPS:
        text = f"the first key was used some {wraps:,} times; {MOST_WRAPS:,} is the most"
        yield Finding("keys", WARNING, text, "Put a new key in front: docs/operations.md, Keys.")


def _clock() -> Iterator[Finding]:
    if engine.embedded():
        yield Finding("clock", OK, f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC")
        return
    theirs = float(_value("SELECT extract(epoch FROM clock_timestamp())"))
    apart = abs(theirs - time.time())
    if apart > CLOCK_SECONDS:
        do = "Let both machines keep the time by NTP: codes expire, apps with codes need it."
        yield Finding("clock", FAILURE, f"{apart:.0f} s from that of the database", do)
    else:
        yield Finding("clock", OK, "agrees with that of the database")


def _relay() -> Iterator[Finding]:
    if settings.MAIL_RELAY is None:
        yield Finding("relay", WARNING, "the demo mailbox", "Set EMAIL_URL for real mail.")
        return
    try:
        with Relay(settings.MAIL_RELAY) as relay:
            relay.greet()
    except (RelayDown, smtplib.SMTPException, OSError) as error:
        do = "Start the relay, or mend EMAIL_URL (host, port, user, password, smtp+tls)."
        yield Finding("relay", FAILURE, f"takes no mail: {error}", do)
        return
    yield Finding("relay", OK, "takes mail")


def _sms() -> Iterator[Finding]:
    if not settings.SMS_URLS:
        yield Finding("SMS", WARNING, "the demo mailbox", "Set SMS_URL for real SMS.")
    for number, url in enumerate(settings.SMS_URLS, start=1):
        schema, problem = urlsplit(url).scheme, gateway_problem(url)
        if problem:
            text = f"{schema}:// {problem}"
            yield Finding(f"SMS {number}", FAILURE, text, "Mend SMS_URL (docs/operations.md).")
        elif schema in UNSEEN_REFUSALS:
            text = f"{schema}:// can be used, but an SMS that it refuses counts as sent"
            do = "Look at its own log when a code does not come (docs/operations.md)."
            yield Finding(f"SMS {number}", WARNING, text, do)
        else:
            yield Finding(f"SMS {number}", OK, f"{schema}: can be used, none was sent")


def _certificate() -> Iterator[Finding]:
    if not settings.TLS_CERT and settings.DEMO:
        yield Finding("certificate", OK, "none for SMTP, a demo needs none")
        return
    if not settings.TLS_CERT:
        do = "Set ZIVWEB_TLS_CERT and ZIVWEB_TLS_KEY; without them nobody can log in by SMTP."
        yield Finding("certificate", WARNING, "none for SMTP", do)
        return
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            settings.TLS_CERT, settings.TLS_KEY
        )
        pem = Path(settings.TLS_CERT).read_bytes()
        until = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    except (OSError, ValueError) as error:
        yield Finding("certificate", FAILURE, str(error), "Mend ZIVWEB_TLS_CERT, ZIVWEB_TLS_KEY.")
        return
    days = (until - datetime.now(UTC)).days
    level = FAILURE if days < 0 else WARNING if days < DAYS_LEFT else OK
    do = "" if level == OK else "Renew it, then start zivweb again."
    yield Finding("certificate", level, f"for SMTP, {days} days left", do)


def _disk() -> Iterator[Finding]:
    folder = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.DATA_DIR.parent
    free = shutil.disk_usage(folder).free
    level, do = (OK, "") if free > DISK_BYTES else (WARNING, f"Make room on the disk of {folder}.")
    yield Finding("disk", level, f"{free // 1024**2} MiB free", do)


def _dns() -> Iterator[Finding]:
    domain, server = settings.MAIL_DOMAIN, next(iter(dns.servers()), "")
    try:
        hosts = dns.ask(domain, dns.MX, server)
        texts = dns.ask(domain, dns.TXT, server)
    except dns.DnsSilent:
        yield Finding("DNS", WARNING, "no name server answers", "Look at /etc/resolv.conf.")
        return
    if hosts:
        yield Finding("DNS MX", OK, f"{domain} goes to {', '.join(hosts)}")
    else:
        do = f"Point an MX record of {domain} to the SMTP port, or bounces are never seen."
        yield Finding("DNS MX", WARNING, f"{domain} has none", do)
    if any(text.lower().startswith("v=spf1") for text in texts):
        yield Finding("DNS SPF", OK, f"{domain} has one")
    else:
        do = f"Publish a TXT record of {domain} that names your relay: v=spf1 … -all"
        yield Finding("DNS SPF", WARNING, f"{domain} has none", do)


def _settings() -> Iterator[Finding]:
    messages = run_checks(include_deployment_checks=not settings.DEMO)
    for message in messages:
        if not message.is_silenced():
            yield Finding("settings", WARNING, str(message.msg), str(message.hint or ""))
