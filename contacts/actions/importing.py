"""An import on its way: judged, and written batch by batch; each batch is one transaction."""

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import chain, cycle

from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from accounts.policy import SMS
from contacts import states
from contacts.access import staged_rows
from contacts.actions import conflicts, staging
from contacts.actions.judging import Judge
from contacts.actions.writing import WHOLE_BOOK, lock, note_change, refresh_search
from contacts.importer import Reader, Row, Table, Unreadable
from contacts.importer.columns import EMAIL
from contacts.models import AddressChange, Datum, ImportRun, first_row_id
from flow import engine
from flow.moves import MoveLost
from flow.slices import Pace

FEW_ADDRESSES = 50  # addresses of a batch; of more the whole book is judged again
ONE_AT_A_TIME = 20_000  # rows after which a large import takes a second connection
AT_A_TIME = 2


class Cancelled(Exception):
    """Somebody asked to stop the import."""


def read_rows(run: ImportRun, table: Table) -> Iterable[Row]:
    """Return the rows of a file, read as the import's mapping says. Raises Unreadable."""
    roles = run.roles or table.roles
    if EMAIL not in roles:
        raise Unreadable("no_email_column")
    policy, domains = run.organization.policy, run.owner_id is None
    allows = policy.allows_sms_to
    reader = Reader(roles, policy.default_country, domains=domains, allows_sms_to=allows)
    return map(reader.read, table.rows)


def import_rows(run: ImportRun, rows: Iterable[Row], *, dry: bool = False) -> Iterator[None]:
    """Stage, judge and (unless `dry`) write the rows of an import; yield after each transaction.

    Every verdict is kept where it is dry, for people to look at. Raises Cancelled and Unreadable.
    """
    stager = staging.Stager(run)
    counts, done = Counter[str](), 0
    pace = staging.new_pace()
    chunks = staging.chunks(stager.lines(rows), pace)
    for size, found in _batches(run, chunks, pace, dry=dry):
        counts += Counter(found)
        done += size
        advance(run, done, {**(counts + Counter(stager.counts)), "rows": done})
        yield
        _stop_if_asked(run)
    _note_whole_book(run, counts)


def write_staged(run: ImportRun) -> Iterator[None]:
    """Write the rows that were staged and looked at, from where it stopped; yield at times.

    Raises Cancelled.
    """
    judge, pace = Judge(run), staging.new_pace()
    base = first_row_id(run.pk)
    if run.position == 0:
        run.counts = _decided_counts(run)
    while run.position < run.total:
        low, size, started = base + run.position, pace.size, time.perf_counter()
        with transaction.atomic():
            counts = Counter(_batch(run, judge, (low, low + size), dry=False))
            done = min(run.position + size, run.total)
            advance(run, done, {**(Counter(run.counts) + counts), "rows": done})
        pace.took(size, time.perf_counter() - started)
        yield
        _stop_if_asked(run)
    _note_whole_book(run, run.counts)


def _batches(
    run: ImportRun, chunks: Iterable[list[staging.Line]], pace: Pace, *, dry: bool
) -> Iterator[tuple[int, dict[str, int]]]:
    """Work at the chunks, a few at a time where the database can; yield size and counts of each."""
    judge, done = Judge(run), 0
    several = not dry and not engine.one_writer() and not connection.in_atomic_block
    chunks = iter(chunks)
    for chunk in chunks:
        if several and done >= ONE_AT_A_TIME:
            yield from _side_by_side(run, chain([chunk], chunks), pace)
            return
        yield len(chunk), _chunk(run, judge, chunk, pace, dry=dry)
        done += len(chunk)


def _side_by_side(
    run: ImportRun, chunks: Iterable[list[staging.Line]], pace: Pace
) -> Iterator[tuple[int, dict[str, int]]]:
    """Have two transactions at a time, each on a connection of its own, while rows are read."""
    waiting: deque[tuple[int, Future[dict[str, int]]]] = deque()
    with ExitStack() as stack:
        lanes = cycle([stack.enter_context(_lane()) for _ in range(AT_A_TIME)])
        for chunk, lane in zip(chunks, lanes, strict=False):
            waiting.append((len(chunk), lane.submit(_apart, run, chunk, pace)))
            if len(waiting) > AT_A_TIME:
                size, future = waiting.popleft()
                yield size, future.result()
        while waiting:
            size, future = waiting.popleft()
            yield size, future.result()


@contextmanager
def _lane() -> Iterator[ThreadPoolExecutor]:
    """Give a thread that has one connection to the database as long as it works."""
    with ThreadPoolExecutor(1) as thread:
        try:
            yield thread
        finally:
            thread.submit(connections.close_all).result()


def _apart(run: ImportRun, chunk: list[staging.Line], pace: Pace) -> dict[str, int]:
    return _chunk(run, Judge(run), chunk, pace, dry=False)


def _chunk(
    run: ImportRun, judge: Judge, chunk: list[staging.Line], pace: Pace, *, dry: bool
) -> dict[str, int]:
    """Stage and work at a chunk. Of two imports that wait for each other one tries again."""
    limits = chunk[0][0] - 1, chunk[-1][0]
    started = time.perf_counter()
    for tries_left in (2, 1, 0):
        try:
            with transaction.atomic():
                staging.store(chunk)
                counts = _batch(run, judge, limits, dry=dry)
        except OperationalError:
            if not tries_left or connection.in_atomic_block:
                raise
        else:
            break
    pace.took(len(chunk), time.perf_counter() - started)
    return counts


def _batch(run: ImportRun, judge: Judge, limits: tuple[int, int], *, dry: bool) -> dict[str, int]:
    counts = judge.judge(*limits, every=dry)
    if dry:
        judge.keep_verdicts(every=True)
        return counts
    if set(counts) <= {states.SAME}:
        return counts
    counts = judge.write(counts)
    _add_numbers(run, judge)
    if set(counts) - {states.NEW, states.SAME}:
        conflicts.park(run, judge.parked())
    addresses = judge.changed_addresses(FEW_ADDRESSES + 1)
    if 0 < len(addresses) <= FEW_ADDRESSES:
        note_change(run.organization_id, run.owner_id, set(addresses))
    elif addresses:
        _note_once(run)
    return counts


def _note_once(run: ImportRun) -> None:
    """Have all waiting drafts judged again, unless that is about to happen anyway."""
    same = AddressChange.objects.filter(
        organization=run.organization_id, owner=run.owner_id, address=WHOLE_BOOK, cursor=0
    )
    if not same.exists():
        note_change(run.organization_id, run.owner_id, {WHOLE_BOOK})


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


def _note_whole_book(run: ImportRun, counts: Mapping[str, int]) -> None:
    """Once more at the end of a large import: a sweep may have come between two batches."""
    if counts.get(states.NEW, 0) + counts.get(states.CHANGED, 0) > FEW_ADDRESSES:
        with transaction.atomic():
            note_change(run.organization_id, run.owner_id, {WHOLE_BOOK})


def _decided_counts(run: ImportRun) -> dict[str, int]:
    """Return the counts of the rows that no stored contact changes."""
    kept = {key: run.counts.get(key, 0) for key in ("problems", states.REJECTED)}
    rows = staged_rows(run).filter(reason__in=staging.DECIDED)
    return kept | Counter(rows.values_list("verdict", flat=True))
