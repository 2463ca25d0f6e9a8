"""Sealing the audit log range by range, and forgetting ranges that are old enough."""

import logging
import time
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import audit
from accounts.marks import COLUMNS, digest_of_marks, marks_of
from accounts.models import AuditEntry, AuditSeal, Organization
from flow import engine
from flow.actions import Sweep

log = logging.getLogger(__name__)

SETTLED = timedelta(seconds=30)  # a row this old has its transaction, and so its place
RANGE = 5000
LOOKS, PAUSE = 5, 0.1  # seconds
YEAR = timedelta(days=366)

_sealing = Sweep("accounts.tasks.seal_audit", Organization, lasting=True)
_pruning = Sweep("accounts.tasks.prune_audit", Organization, lasting=True)


def seal_audit(*, settled: timedelta = SETTLED) -> int:
    """Seal what is final of every organization; return how many rows that were.

    Nobody waits for this, neither who writes nor who seals at the same time.
    """
    until = _final_id(timezone.now() - settled)
    if until is None:
        return 0
    return sum(_sealing.each(_unsealed(until), partial(_seal_ranges, until=until)))


def prune_audit() -> int:
    """Delete the sealed ranges that are older than the policy keeps; return how many rows."""
    everywhere = Organization.objects.order_by("pk").values_list("pk", flat=True)
    return sum(_pruning.each(everywhere, _prune))


def _final_id(before: datetime) -> int | None:
    """Return an id up to which no row can come any more, None while that is not known.

    Ids are given out before their transactions commit: those that run now must have ended.
    """
    rows = AuditEntry.objects.filter(at__lte=before)
    newest: int | None = rows.aggregate(newest=Max("pk"))["newest"]
    if newest is None or engine.one_writer():
        return newest
    running = _snapshot("xmax")
    for _look in range(LOOKS):
        if _snapshot("xmin") >= running:
            return newest
        time.sleep(PAUSE)
    return None


def _snapshot(end: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_snapshot_{end}(pg_current_snapshot())::text")
        return int(cursor.fetchone()[0])


def _unsealed(until: int) -> list[int]:
    """Return the organizations with rows that can be sealed."""
    seals = AuditSeal.objects.filter(organization=OuterRef("pk")).order_by("-last_id")
    sealed = Coalesce(Subquery(seals.values("last_id")[:1]), 0)
    rows = AuditEntry.objects.filter(
        organization=OuterRef("pk"), pk__gt=OuterRef("sealed"), pk__lte=until
    )
    found = Organization.objects.annotate(sealed=sealed).filter(Exists(rows))
    return list(found.order_by("pk").values_list("pk", flat=True))


def _seal_ranges(organization_id: int, until: int) -> int:
    count = 0
    while found := _seal_range(organization_id, until):
        count += found
    return count


def _seal_range(organization_id: int, until: int) -> int:
    """Seal the next rows; return how many. Two who do it at once make one seal."""
    last = AuditSeal.objects.filter(organization=organization_id).order_by("-last_id").first()
    fresh = AuditEntry.objects.filter(organization=organization_id, pk__lte=until)
    fresh = fresh.filter(pk__gt=last.last_id if last else 0).order_by("pk")
    rows = list(fresh.values_list(*COLUMNS)[:RANGE])
    if not rows:
        return 0
    marks = marks_of(rows)
    seal = AuditSeal(
        organization_id=organization_id,
        first_id=rows[0][0],
        last_id=rows[-1][0],
        count=len(rows),
        marks=marks,
        marks_digest=digest_of_marks(marks),
        newest_at=max(row[-1] for row in rows),
        previous=last.digest if last else "",
    )
    seal.digest = seal.true_digest()
    try:
        with transaction.atomic():
            seal.save()
    except IntegrityError:
        return 0
    # The log of the program is kept elsewhere: who rewrites the database does not rewrite it.
    log.info("%s sealed up to %s as %s", organization_id, seal.last_id, seal.digest)
    return len(rows)


def _prune(organization_id: int) -> int:
    organization = Organization.objects.get(pk=organization_id)
    keep = YEAR * organization.policy.keep_audit_years
    seals = AuditSeal.objects.filter(organization=organization, pruned_at=None)
    old = seals.filter(newest_at__lt=timezone.now() - keep).order_by("last_id")
    return sum(_prune_range(seal) for seal in old.iterator())


@transaction.atomic
def _prune_range(seal: AuditSeal) -> int:
    live = AuditSeal.objects.filter(pk=seal.pk, pruned_at=None)
    if not live.update(pruned_at=timezone.now(), marks=b""):
        return 0
    rows = AuditEntry.objects.filter(organization=seal.organization_id)
    gone, _kinds = rows.filter(pk__gte=seal.first_id, pk__lte=seal.last_id).delete()
    audit.note("prune_audit", seal, None, rows=gone)
    return gone
