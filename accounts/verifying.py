"""Proves that the audit log is what was written, or names what is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.marks import COLUMNS, digest_of_marks, mark_of, unpack_marks
from accounts.models import AuditEntry, AuditSeal, Organization

CHANGED, MISSING, INSERTED = "changed", "missing", "inserted"
BROKEN, FORGED, UNSEALED = "broken", "forged", "unsealed"
BEGINNING = -(2**63)
LATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: with a row (`row` is its id), or with a whole range (`row` is None)."""

    what: str
    first_id: int
    last_id: int
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """What was looked at; `head` is the digest that stands for all of it."""

    ranges: int
    rows: int
    unsealed: int
    head: str
    findings: tuple[Finding, ...]


def verify(organization: Organization) -> Chain:
    """Look at every sealed range of an organization, and at what follows the last one."""
    findings: list[Finding] = []
    previous, end, ranges, rows = "", BEGINNING, 0, 0
    for seal in AuditSeal.objects.filter(organization=organization).order_by("last_id").iterator():
        findings += _wrong_with(seal, previous, end)
        previous, end = seal.digest, seal.last_id
        ranges, rows = ranges + 1, rows + seal.count
    rest = AuditEntry.objects.filter(organization=organization, pk__gt=end).order_by("pk")
    late = list(rest.filter(at__lt=timezone.now() - LATE).values_list("pk", flat=True)[:1000])
    if late:
        findings.append(Finding(UNSEALED, late[0], late[-1]))
    return Chain(ranges, rows, rest.count(), previous, tuple(findings))


def oldest_unsealed() -> datetime | None:
    """Return when the oldest audit line was written that no seal covers; None when there is none.

    Of each organization the first line after its last seal is looked at.
    """
    seals = AuditSeal.objects.filter(organization=OuterRef("pk")).order_by("-last_id")
    sealed = Coalesce(Subquery(seals.values("last_id")[:1]), BEGINNING)
    rows = AuditEntry.objects.filter(organization=OuterRef("pk"), pk__gt=OuterRef("sealed"))
    first = Subquery(rows.order_by("pk").values("at")[:1])
    found = Organization.objects.annotate(sealed=sealed).annotate(first=first)
    oldest: datetime | None = found.aggregate(oldest=Min("first"))["oldest"]
    return oldest


def heads(organization: Organization) -> set[str]:
    """Return every digest that was the head of the chain at some time."""
    return set(AuditSeal.objects.filter(organization=organization).values_list("digest", flat=True))


def _wrong_with(seal: AuditSeal, previous: str, end: int) -> Iterator[Finding]:
    """Yield what is wrong with a range that follows the seal with this digest and last id."""
    if seal.previous != previous:
        yield Finding(BROKEN, seal.first_id, seal.last_id)
    marks = bytes(seal.marks)
    is_kept = seal.pruned_at is None
    if not seal.is_true() or (is_kept and digest_of_marks(marks) != seal.marks_digest):
        yield Finding(FORGED, seal.first_id, seal.last_id)
    known = dict(unpack_marks(marks)) if is_kept else {}
    for what, row in _differences(seal, known, end):
        yield Finding(what, seal.first_id, seal.last_id, row)


def _differences(seal: AuditSeal, known: dict[int, bytes], end: int) -> Iterator[tuple[str, int]]:
    rows = AuditEntry.objects.filter(organization=seal.organization_id)
    rows = rows.filter(pk__gt=end, pk__lte=seal.last_id).order_by("pk")
    for row in rows.values_list(*COLUMNS).iterator():
        mark = known.pop(row[0], None)
        if mark is None:
            yield INSERTED, row[0]
        elif mark != mark_of(row):
            yield CHANGED, row[0]
    if known and AuditSeal.objects.filter(pk=seal.pk, pruned_at=None).exists():
        yield from ((MISSING, row) for row in sorted(known))
