"""The life of an import: uploaded, checked, imported, cancelled, undone. The row is the queue."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from django.core.files import File
from django.db import transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from contacts import states
from contacts.access import staged_rows
from contacts.actions.importing import (
    Cancelled,
    forget_rows,
    import_rows,
    read_rows,
    write_staged,
)
from contacts.actions.undoing import undo_run
from contacts.importer import A_LOOK, Row, Unreadable, open_pieces
from contacts.models import ImportRun
from contacts.render import samples_text
from flow.actions import DATABASE_TROUBLE, Sweep, raise_when_away
from flow.moves import MoveLost, move
from flow.reader import ReaderAway
from flow.slices import more
from flow.sweeps import wake
from vault.actions import store_stream
from vault.sealing import seal_text

log = logging.getLogger(__name__)

Progress = Callable[[ImportRun], None]

IMPORT = "import"
SAMPLES = 5
STALE = timedelta(seconds=20)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
KEEP_ROWS = timedelta(days=30)
TASK = "contacts.tasks.work_imports"
STOPPED = "stopped"  # three times at one place: it stays set aside, for the operator to see

_working = Sweep(TASK, ImportRun)
_forgetting = Sweep("contacts.tasks.forget_old_rows", ImportRun)


def upload(actor: User, *, personal: bool, file: "File[bytes]", name: str) -> ImportRun:
    """Keep a file to import, sealed, with a guess of its columns.

    Raises Unreadable and ReaderAway.
    """
    table = open_pieces(file.size, file.chunks, A_LOOK, SAMPLES)
    samples = [list(cells) for cells in table.rows]
    run = ImportRun(
        organization_id=actor.organization_id,
        owner=actor if personal else None,
        actor=actor,
        source=IMPORT,
        file_name=name[:200],
        header=[str(cell)[:100] for cell in table.header],
        roles=table.roles,
    )
    run.samples = seal_text(samples_text(samples), run.samples_context)
    with transaction.atomic():
        run.file = store_stream(file.chunks(), file.size)
        run.save()
        _record("upload_import", run, actor)
    return run


def check(run: ImportRun, roles: Sequence[str]) -> None:
    """Have the rows judged by what their columns mean. Raises MoveLost and MoveForbidden."""
    fresh = {"position": 0, "counts": {}, "cancel_asked": False, "failure": ""}
    _working.succeed(run.pk)
    move(run, states.CHECKING, states.MOVES, roles=list(roles), beat_at=LONG_AGO, **fresh)
    wake(TASK)


@transaction.atomic
def start(run: ImportRun, actor: User, *, changed_rows: str, conflicts: str) -> None:
    """Have a checked import written. Raises MoveLost and MoveForbidden."""
    choices = {"changed_rows": changed_rows, "conflicts": conflicts, "cancel_asked": False}
    _working.succeed(run.pk)
    move(run, states.IMPORTING, states.MOVES, position=0, beat_at=LONG_AGO, **choices)
    _record("start_import", run, actor)
    wake(TASK)


def cancel(run: ImportRun, actor: User) -> None:
    """Stop an import: at once, or after the batch that is being written. Raises MoveForbidden."""
    working = ImportRun.objects.filter(pk=run.pk, state__in=[states.CHECKING, states.IMPORTING])
    if not working.update(cancel_asked=True):
        move(run, states.CANCELLED, states.MOVES, position=0, finished_at=timezone.now())
    _record("cancel_import", run, actor)


@transaction.atomic
def undo(run: ImportRun, actor: User) -> None:
    """Have everything taken back that an import wrote. Raises MoveLost and MoveForbidden."""
    _working.succeed(run.pk)
    move(run, states.UNDOING, states.MOVES, position=0, beat_at=LONG_AGO)
    _record("undo_import", run, actor)
    wake(TASK)


def run_now(
    run: ImportRun, rows: Iterable[Row], *, dry: bool = False, progress: Progress | None = None
) -> None:
    """Import rows that are at hand, without anybody looking first. Raises Unreadable."""
    run.state = states.CHECKING if dry else states.IMPORTING
    run.save()
    try:
        for _ in import_rows(run, rows, dry=dry):
            if progress is not None:
                progress(run)
        _end(run, states.CHECKED if dry else states.DONE)
    except Cancelled:
        _end(run, states.UPLOADED if dry else states.CANCELLED)
    except Unreadable as error:
        _end(run, states.FAILED, failure=error.reason)
        raise


def due_runs(ours: Collection[int] = ()) -> list[int]:
    """Return what can be gone on with, the longest untouched first; one run an organization.

    It is the run that is being worked at, else the oldest; none where another worker has it. One
    that failed a moment ago lets the others go first.
    """
    first = Window(
        RowNumber(), partition_by="organization", order_by=[F("beat_at").desc(), F("pk").asc()]
    )
    runs = _working.open(_of_workers()) | _of_workers().filter(pk__in=ours)
    runs = runs.alias(turn=first).filter(turn=1)
    free = Q(pk__in=ours) | Q(beat_at__lt=timezone.now() - STALE)
    return list(runs.filter(free).order_by("beat_at", "pk").values_list("pk", flat=True))


def steps(run_id: int) -> Iterator[ImportRun]:
    """Work at an import and yield it after each transaction, as often as it is asked to go on.

    Another worker at it makes this one stop.
    """
    try:
        run = _claim(run_id)
    except Exception as error:  # the row itself cannot be read: no attempt at it has begun
        raise_when_away(error)
        _working.strike(run_id, error)
        raise
    if run is None:
        return
    if not _working.begin(run_id, _place_of(run)):
        _end(run, states.FAILED, failure=STOPPED)
        return
    try:
        with _counted(run_id):
            for _ in _work(run):
                yield run
    except MoveLost:
        log.info("%s is worked at by another", run)
    except Unreadable as error:
        _end(run, states.FAILED, failure=error.reason)
        _working.succeed(run_id)


@contextmanager
def _counted(run_id: int) -> Iterator[None]:
    """Let an attempt that fails count, unless something broke it off that is not the import's."""
    try:
        yield
    except Unreadable:
        raise
    except (*DATABASE_TROUBLE, MoveLost, ReaderAway, GeneratorExit):
        with suppress(*DATABASE_TROUBLE):  # away still: it counts as an attempt
            _working.give_back(run_id)
        raise
    except Exception as error:
        _working.explain(run_id, error)
        ImportRun.objects.filter(pk=run_id).update(beat_at=LONG_AGO)
        raise
    _working.succeed(run_id)


def _place_of(run: ImportRun) -> str:
    """Return where an attempt begins; a check begins at the first row each time."""
    return run.state if run.state == states.CHECKING else f"{run.state} {run.position}"


def forget_old_rows() -> None:
    """Drop the rows and files of imports that ended long ago."""
    old = ImportRun.objects.exclude(state__in=states.WORKING).filter(
        created_at__lt=timezone.now() - KEEP_ROWS
    )
    kept = old.exclude(samples=b"").order_by("pk")
    while more() and _forgetting.run(kept, _forget_all, 1):
        pass


def _forget_all(runs: Sequence[ImportRun]) -> None:
    for run in runs:
        forget_rows(run)
        blob = run.file
        ImportRun.objects.filter(pk=run.pk).update(file=None, samples=b"")
        if blob is not None:
            blob.delete()


def _of_workers() -> QuerySet[ImportRun]:
    """Return the imports that are for workers: all but those of a program that runs."""
    theirs = Q(file=None, beat_at__gte=timezone.now() - STALE) & ~Q(state=states.UNDOING)
    return ImportRun.objects.filter(state__in=states.WORKING).exclude(theirs)


def _claim(run_id: int) -> ImportRun | None:
    """Take an import, unless somebody works at it or at another one of its organization."""
    runs = _of_workers()
    with transaction.atomic():
        run = runs.select_related("organization", "file").filter(pk=run_id).first()
        if run is None:
            return None
        list(Organization.objects.select_for_update(no_key=True).filter(pk=run.organization_id))
        now = timezone.now()
        if runs.filter(organization=run.organization_id, beat_at__gte=now - STALE).exists():
            return None
        ours = runs.filter(pk=run_id, state=run.state, position=run.position)
        return run if ours.update(beat_at=now) else None


def _work(run: ImportRun) -> Iterator[None]:
    if run.state == states.CHECKING and run.file is not None:
        yield from _check(run)
    elif run.state == states.IMPORTING and run.file is not None:
        yield from _import(run)
    elif run.state == states.UNDOING:
        yield from undo_run(run)
        _end(run, states.UNDONE)
    else:
        # Its rows came from a program that is gone: what is written stays, and can be undone.
        _end(run, states.FAILED, failure="interrupted")


def _check(run: ImportRun) -> Iterator[None]:
    assert run.file is not None
    ImportRun.objects.filter(pk=run.pk).update(position=0)
    run.position = 0
    forget_rows(run)
    try:
        table = open_pieces(run.file.size, run.file.read)
        yield from import_rows(run, read_rows(run, table), dry=True)
    except Cancelled:
        forget_rows(run)
        _end(run, states.UPLOADED)
    else:
        _end(run, states.CHECKED, total=run.position)


def _import(run: ImportRun) -> Iterator[None]:
    if run.position == 0 and not staged_rows(run).exists():
        # The staged rows do not survive a crash of the database: have the file checked again.
        _end(run, states.FAILED, failure="rows_lost")
        return
    if run.position:
        run.counts = {**run.counts, "resumed": run.position}
        log.info("%s goes on after row %s", run, run.position)
    try:
        yield from write_staged(run)
    except Cancelled:
        _end(run, states.CANCELLED)
    else:
        _end(run, states.DONE)


def _end(run: ImportRun, state: str, **fields: object) -> None:
    finished = timezone.now() if state not in {states.CHECKED, states.UPLOADED} else None
    move(run, state, states.MOVES, finished_at=finished, **fields)
    audit.record(f"import_{state}", str(run), organization_id=run.organization_id, **_numbers(run))


def _numbers(run: ImportRun) -> dict[str, int]:
    return {key: count for key, count in run.counts.items() if isinstance(count, int)}


def _record(verb: str, run: ImportRun, actor: User) -> None:
    audit.record(verb, str(run), organization_id=run.organization_id, actor_id=actor.pk)


def new_run(organization: Organization, source: str = IMPORT) -> ImportRun:
    """Return an import into the organization's book of rows that are at hand; not stored yet."""
    return ImportRun(organization=organization, source=source)


def forget_run(run: ImportRun) -> None:
    """Drop an import that wrote nothing, with its rows."""
    forget_rows(run)
    run.delete()
