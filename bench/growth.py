"""Sweeps and the list of drafts among many drafts, against the same among 10,000 (goal 1.2).

The two tables stand side by side in two schemas, so that both are asked in turns.
"""

import time
from collections.abc import Callable
from functools import partial

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.actions import create_organization
from accounts.models import User
from bench.runner import Goal, note, say
from bench.tables import ROWS
from drafts import states
from drafts.access import page_of_held
from drafts.actions import drafts_to_expire, drafts_to_judge, senders_to_remind, senders_to_tell
from drafts.models import Draft

SMALL, PENDING, MINE, ROUNDS = 10_000, 1_000, 300, 20
# A row is old and over, or pending, or waits for the person who looks at the list.
FILL = """
    INSERT INTO drafts_draft (uid, data_key, state, problem, subject, content, message_id_index,
        fingerprint, token_hash, minimum, keep_message_days, mails_about, attempts, created_at,
        organization_id, sender_id, expires_at, tell_at)
    SELECT gen_random_uuid(), '', CASE WHEN n <= %(pending)s THEN 'received'
                                       WHEN n <= %(held)s THEN 'waiting' ELSE 'superseded' END,
        '', '', '', '', md5(n::text), md5(n::text), '', 30, 0, 0, now() - interval '1 hour',
        %(organization)s, CASE WHEN n <= %(held)s THEN %(me)s ELSE %(other)s END, NULL, NULL
    FROM generate_series(1, %(count)s) AS n
"""


def run() -> None:
    """Fill two tables, and ask both in turns."""
    organization = create_organization("Bench of growth", ["growth.bench.example"])
    me, other = (
        User.objects.create_user(f"{name}@growth.bench.example", organization=organization)
        for name in ("me", "other")
    )
    for schema, count in (("small", SMALL), ("large", ROWS)):
        _make(schema, count, me, other)
    try:
        _compare(f"sweep with {PENDING} pending among {ROWS:,}", _sweep)
        _compare(f"list of drafts among {ROWS:,}", partial(_list, me))
    finally:
        _use("public")


def _compare(job: str, ask: Callable[[], object]) -> None:
    goal = Goal(job, f"the same among {SMALL:,}", 1.2, "ms", at_most=True)
    times: dict[str, list[float]] = {"large": [], "small": []}
    for number in range(ROUNDS + 2):
        for schema, taken in times.items():
            _use(schema)
            started = time.perf_counter()
            ask()
            if number > 1:
                taken.append((time.perf_counter() - started) * 1000)
    note(goal, times["large"], times["small"])


def _sweep() -> None:
    """Ask what every sweep over drafts asks."""
    pending: QuerySet[Draft] = drafts_to_judge()
    found = list(pending.order_by("pk").values_list("pk", flat=True))
    assert len(found) == PENDING
    due = Draft.objects.filter(state=states.SENDING, send_at__lte=timezone.now())
    list(due.values_list("pk", flat=True))
    list(drafts_to_expire().values_list("pk", flat=True))
    senders_to_tell(PENDING)
    senders_to_remind(PENDING)


def _list(me: User) -> None:
    rows = page_of_held(me, "").rows
    assert len(rows) > 0


def _make(schema: str, count: int, me: User, other: User) -> None:
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        for table in ("drafts_draft", "drafts_recipient"):
            cursor.execute(f"CREATE TABLE {schema}.{table} (LIKE public.{table} INCLUDING ALL)")
        _use(schema)
        values = {"pending": PENDING, "held": PENDING + MINE, "count": count}
        people = {"me": me.pk, "other": other.pk, "organization": me.organization_id}
        cursor.execute(FILL, values | people)
        _seal_subjects(me)
        cursor.execute("VACUUM ANALYZE drafts_draft")
    say(f"{count:,} drafts made in {time.perf_counter() - started:.0f} s")


def _seal_subjects(me: User) -> None:
    """Give the drafts on the list what the list shows."""
    mine = list(Draft.objects.filter(sender=me, state=states.WAITING))
    for draft in mine:
        draft.subject = draft.seal("subject", b"Results")
    Draft.objects.bulk_update(mine, ["subject", "data_key"])


def _use(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET search_path = {schema}, public")
