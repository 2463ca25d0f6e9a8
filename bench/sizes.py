"""What a mail that was delivered leaves in PostgreSQL: rows, and bytes with all indexes, by table.

`BENCH_MAILS` mails (2,000) of 10 KiB to three recipients come in, are judged, released and sent to
a relay that takes them, and their audit lines are sealed. The tables are written anew (VACUUM FULL)
before they are measured; what they held before that, with the room of rows that had changed, and
what went through the log of PostgreSQL, is the last line.
"""

import os
import secrets
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.actions import create_organization, seal_audit
from accounts.models import User
from accounts.policy import ORGANIZATION
from bench.runner import say
from bench.sink import Sink
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from delivery.tasks import follow_notifications
from drafts.models import Draft
from drafts.tasks import detect_missing, judge_changed, release_due, tell_due
from intake.actions import SealedMail, Submission, store_mails
from intake.tasks import make_drafts
from notifications.actions import send_due

MAILS = int(os.environ.get("BENCH_MAILS", "2000"))
BATCH, SENDERS = 200, 20
BYTES = 10 * 1024
DOMAIN = "ziekenhuis.example"
SIZES = """
    SELECT relname, pg_relation_size(oid) + coalesce(pg_total_relation_size(reltoastrelid), 0),
        pg_indexes_size(oid), pg_total_relation_size(oid)
    FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ORDER BY 4 DESC
"""
LOG = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
WHOLE = """
    SELECT sum(pg_total_relation_size(oid)) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def run() -> None:
    """Have the mails delivered, and look at every table."""
    settings.DEMO = False  # the demo keeps what it sent
    senders = _people()
    before = _sizes()
    log = _query(LOG)[0][0]
    with Sink().running() as sink:
        settings.MAIL_RELAY = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": sink.port}
        for first in range(0, MAILS, BATCH):
            _deliver(senders, range(first, min(first + BATCH, MAILS)))
    seal_audit(settled=timedelta())
    log = (_query(LOG)[0][0] - log) / MAILS
    _query("VACUUM")
    with_room = _query(WHOLE)[0][0] / MAILS
    _say(before, _sizes())
    say(f"before VACUUM FULL: {with_room:,.0f} bytes; written to the log (WAL): {log:,.0f} bytes")


def _deliver(senders: list[User], numbers: range) -> None:
    mails = [_mail(senders[number % SENDERS], number) for number in numbers]
    store_mails(mails, before_commit=lambda: None)
    for task in (make_drafts, judge_changed, detect_missing):
        task()
    Draft.objects.exclude(send_at=None).update(send_at=timezone.now())
    release_due()
    while send_due():
        pass
    follow_notifications()
    tell_due()


def _people() -> list[User]:
    organization = create_organization("Bench of sizes", ["sizes.example"])
    people = [
        User.objects.create_user(f"p{number}@sizes.example", organization=organization)
        for number in range(SENDERS)
    ]
    entry = ContactEntry(ORGANIZATION, f"@{DOMAIN}", code="tulp 83 molen")
    save_contact(people[0], entry)
    return people


def _mail(sender: User, number: int) -> SealedMail:
    addresses = [f"person{number}-{step}@{DOMAIN}" for step in range(3)]
    mail = EmailMessage()
    mail["From"], mail["To"] = sender.email, ", ".join(addresses)
    mail["Subject"], mail["Message-ID"] = f"Results {number}", f"<{number}@sizes.example>"
    mail.set_content("\n".join(secrets.token_hex(30) for _ in range(BYTES // 62)))
    sealed = SealedMail()
    sealed.add(mail.as_bytes().replace(b"\n", b"\r\n"))
    sealed.finish(Submission(sender.organization_id, sender.pk, tuple(addresses)))
    return sealed


def _sizes() -> dict[str, tuple[int, int, int]]:
    """Return by table how many rows it has, the bytes of the rows, and those of its indexes."""
    _query("VACUUM (FULL, ANALYZE)")
    found = _query(SIZES)
    counts = {name: _query(f'SELECT count(*) FROM "{name}"')[0][0] for name, *_ in found}  # noqa: S608
    return {name: (counts[name], rows, indexes) for name, rows, indexes, _ in found}


def _query(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def _say(before: dict[str, tuple[int, int, int]], after: dict[str, tuple[int, int, int]]) -> None:
    say(f"{MAILS:,} mails of {BYTES:,} bytes to 3 recipients, delivered; of each mail:\n")
    say("| table | rows | bytes of rows | bytes of indexes | bytes a row |\n|---|---|---|---|---|")
    total = [0.0, 0.0, 0.0]
    for name, now in after.items():
        grown = [new - old for new, old in zip(now, before.get(name, (0, 0, 0)), strict=True)]
        if grown[0] < MAILS / 100:
            continue
        rows, heap, indexes = grown
        total = [sum_ + each / MAILS for sum_, each in zip(total, grown, strict=True)]
        bytes_ = f"{heap / MAILS:,.0f} | {indexes / MAILS:,.0f} | {(heap + indexes) / rows:,.0f}"
        say(f"| {name} | {rows / MAILS:.2f} | {bytes_} |")
    say(f"| all | {total[0]:.1f} | {total[1]:,.0f} | {total[2]:,.0f} | |")
