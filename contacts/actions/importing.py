"""An import on its way: judged, and written batch by batch; each batch is one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable

from django.db import connection, transaction
from django.utils import timezone

from accounts.policy import SMS
from contacts import states
from contacts.access import staged_rows
from contacts.actions import conflicts, staging
from contacts.actions.judging import Judge
from contacts.actions.writing import WHOLE_BOOK, lock, note_change, refresh_search
from contacts.importer import Reader, Row, Table, Unreadable
from contacts.importer.columns import EMAIL
from contacts.models import Datum, ImportRun, first_row_id
from flow.moves import MoveLost

Progress = Callable[[ImportRun], None]
FEW_ADDRESSES = 500


class Cancelled(Exception):
    """Somebody asked to stop the import."""


def read_rows(run: ImportRun, table: Table) -> Iterable[Row]:
    """Return the rows of a file, read as the import's mapping says. Raises Unreadable."""
    roles = run.roles or table.roles
    if EMAIL not in roles:
        raise Unreadable("no_email_column")
    region = run.organization.policy.default_country
    reader = Reader(roles, region, domains=run.owner_id is None)
    return map(reader.read, table.rows)


def import_rows(
    run: ImportRun, rows: Iterable[Row], *, dry: bool = False, progress: Progress | None = None
) -> None:
    """Stage, judge and (unless `dry`) write the rows of an import, a batch in a transaction.

    Every verdict is kept where it is dry, for people to look at. Raises Cancelled and Unreadable.
    """
    stager, changed = staging.Stager(run), _Changes()
    counts = Counter[str]()
    done = 0
    judge = Judge(run)
    for chunk in staging.chunks(stager.lines(rows)):
        low, high = chunk[0][0] - 1, chunk[-1][0]
        with transaction.atomic():
            staging.store(chunk)
            counts += Counter(_batch(run, judge, (low, high), changed, dry=dry))
            done += len(chunk)
            found = counts + Counter(stager.counts)
            advance(run, done, {**found, "rows": done})
        if progress is not None:
            progress(run)
        _stop_if_asked(run)
    _finish_changes(run, changed)


def write_staged(run: ImportRun, progress: Progress | None = None) -> None:
    """Write the rows that were staged and looked at, from where it stopped. Raises Cancelled."""
    changed, judge = _Changes(), Judge(run)
    base, size = first_row_id(run.pk), staging.batch_size()
    if run.position == 0:
        run.counts = _decided_counts(run)
    while run.position < run.total:
        low = base + run.position
        with transaction.atomic():
            counts = Counter(_batch(run, judge, (low, low + size), changed, dry=False))
            done = min(run.position + size, run.total)
            advance(run, done, {**(Counter(run.counts) + counts), "rows": done})
        if progress is not None:
            progress(run)
        _stop_if_asked(run)
    _finish_changes(run, changed)


class _Changes:
    """The addresses that were written; the whole book where there are many."""

    def __init__(self) -> None:
        self.addresses: set[str] = set()

    @property
    def many(self) -> bool:
        return len(self.addresses) > FEW_ADDRESSES

    def add(self, judge: Judge) -> None:
        if not self.many:
            self.addresses |= set(judge.changed_addresses(FEW_ADDRESSES + 1))


def _batch(
    run: ImportRun, judge: Judge, limits: tuple[int, int], changed: _Changes, *, dry: bool
) -> dict[str, int]:
    counts = judge.judge(*limits)
    if dry:
        judge.keep_verdicts(every=True)
        return counts
    if set(counts) <= {states.SAME}:
        return counts
    _one_at_a_time(run)
    counts = judge.write(*limits)
    _add_numbers(run, judge)
    conflicts.park(run, judge.parked())
    changed.add(judge)
    return counts


def _one_at_a_time(run: ImportRun) -> None:
    """Let the batches of one organization's imports wait for each other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7, %s)", [run.organization_id])


def _add_numbers(run: ImportRun, judge: Judge) -> None:
    for contact_id, phones in judge.several_numbers():
        row = lock(contact_id)
        for phone in phones.split():
            Datum.objects.get_or_create(
                contact=row,
                method=SMS,
                phone_number=phone,
                defaults={"preferred": False, "source": run.source, "run_id": run.pk},
            )
        refresh_search(row)


def advance(run: ImportRun, position: int, counts: dict[str, int]) -> None:
    """Note what is done, in the transaction that did it. Raises MoveLost: another worker has it."""
    now = timezone.now()
    ours = ImportRun.objects.filter(pk=run.pk, position=run.position, state=run.state)
    if ours.update(position=position, counts=counts, beat_at=now) != 1:
        raise MoveLost(str(run))
    run.position, run.counts, run.beat_at = position, counts, now


def forget_rows(run: ImportRun) -> None:
    """Drop the staged rows of an import."""
    rows = staged_rows(run)
    rows._raw_delete(rows.db)  # noqa: SLF001  one statement, no look at each row


def _stop_if_asked(run: ImportRun) -> None:
    if ImportRun.objects.filter(pk=run.pk, cancel_asked=True).exists():
        raise Cancelled


def _finish_changes(run: ImportRun, changed: _Changes) -> None:
    addresses = {WHOLE_BOOK} if changed.many else changed.addresses
    if addresses:
        with transaction.atomic():
            note_change(run.organization_id, run.owner_id, addresses)


def _decided_counts(run: ImportRun) -> dict[str, int]:
    """Return the counts of the rows that no stored contact changes."""
    kept = {key: run.counts.get(key, 0) for key in ("problems", states.REJECTED)}
    rows = staged_rows(run).filter(reason__in=staging.DECIDED)
    return kept | Counter(rows.values_list("verdict", flat=True))
