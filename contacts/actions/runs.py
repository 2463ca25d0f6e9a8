"""The life of an import: uploaded, checked, imported, cancelled, undone. The row is the queue."""

import io
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from contacts import states
from contacts.access import staged_rows
from contacts.actions.importing import (
    Cancelled,
    Progress,
    forget_rows,
    import_rows,
    read_rows,
    write_staged,
)
from contacts.actions.undoing import undo_run
from contacts.importer import A_LOOK, Row, Unreadable, open_table
from contacts.models import ImportRun
from contacts.render import samples_text
from flow.actions import DATABASE_TROUBLE, Sweep
from flow.moves import MoveLost, move
from flow.sweeps import wake
from vault.actions import store_blob
from vault.models import Blob
from vault.sealing import seal_text

log = logging.getLogger(__name__)

IMPORT = "import"
SAMPLES = 5
STALE = timedelta(seconds=20)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
KEEP_ROWS = timedelta(days=30)
TASK = "contacts.tasks.work_imports"
STOPPED = "stopped"  # three times at one place: it stays set aside, for the operator to see

_working = Sweep(TASK, ImportRun)
_forgetting = Sweep("contacts.tasks.forget_old_rows", ImportRun)


def upload(actor: User, *, personal: bool, file: BinaryIO, name: str) -> ImportRun:
    """Keep a file to import, sealed, with a guess of its columns.

    Raises Unreadable and ReaderAway.
    """
    table = open_table(file, A_LOOK, SAMPLES)
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
    file.seek(0)
    with transaction.atomic():
        run.file = store_blob(file.read())
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
        import_rows(run, rows, dry=dry, progress=progress)
        _end(run, states.CHECKED if dry else states.DONE)
    except Cancelled:
        _end(run, states.UPLOADED if dry else states.CANCELLED)
    except Unreadable as error:
        _end(run, states.FAILED, failure=error.reason)
        raise


def due_runs() -> list[int]:
    """Return the imports that nobody works at."""
    stale = ImportRun.objects.filter(state__in=states.WORKING, beat_at__lt=timezone.now() - STALE)
    return list(stale.order_by("pk").values_list("pk", flat=True))


def work(run_id: int, progress: Progress | None = None) -> None:
    """Work at an import until its state is done; another worker at it makes this one stop."""
    run = _claim(run_id)
    if run is None:
        return
    if not _working.begin(run_id, _place_of(run)):
        _end(run, states.FAILED, failure=STOPPED)
        return
    try:
        _work(run, progress)
    except MoveLost:
        log.info("%s is worked at by another", run)
        return
    except Unreadable as error:
        _end(run, states.FAILED, failure=error.reason)
    except DATABASE_TROUBLE:
        with suppress(*DATABASE_TROUBLE):  # away still: it counts as an attempt
            _working.give_back(run_id)
        raise
    except Exception as error:
        _working.explain(run_id, error)
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
    while _forgetting.run(kept, _forget_all, 1):
        pass


def _forget_all(runs: Sequence[ImportRun]) -> None:
    for run in runs:
        forget_rows(run)
        blob = run.file
        ImportRun.objects.filter(pk=run.pk).update(file=None, samples=b"")
        if blob is not None:
            blob.delete()


def _claim(run_id: int) -> ImportRun | None:
    now = timezone.now()
    stale = ImportRun.objects.filter(pk=run_id, state__in=states.WORKING, beat_at__lt=now - STALE)
    if stale.update(beat_at=now) != 1:
        return None
    return ImportRun.objects.select_related("organization", "file").get(pk=run_id)


def _work(run: ImportRun, progress: Progress | None) -> None:
    if run.state == states.CHECKING and run.file is not None:
        _check(run, progress)
    elif run.state == states.IMPORTING and run.file is not None:
        _import(run, progress)
    elif run.state == states.UNDOING:
        undo_run(run, progress)
        _end(run, states.UNDONE)
    else:
        # Its rows came from a program that is gone: what is written stays, and can be undone.
        _end(run, states.FAILED, failure="interrupted")


def _check(run: ImportRun, progress: Progress | None) -> None:
    assert run.file is not None
    ImportRun.objects.filter(pk=run.pk).update(position=0)
    run.position = 0
    forget_rows(run)
    try:
        table = open_table(_opened(run.file))
        import_rows(run, read_rows(run, table), dry=True, progress=progress)
    except Cancelled:
        forget_rows(run)
        _end(run, states.UPLOADED)
    else:
        _end(run, states.CHECKED, total=run.position)


def _import(run: ImportRun, progress: Progress | None) -> None:
    if run.position == 0 and not staged_rows(run).exists():
        # The staged rows do not survive a crash of the database: have the file checked again.
        _end(run, states.FAILED, failure="rows_lost")
        return
    if run.position:
        run.counts = {**run.counts, "resumed": run.position}
        log.info("%s goes on after row %s", run, run.position)
    try:
        write_staged(run, progress)
    except Cancelled:
        _end(run, states.CANCELLED)
    else:
        _end(run, states.DONE)


def _opened(blob: Blob) -> BinaryIO:
    """Open a sealed file as one that can be read at any place."""
    file = io.BytesIO()
    for chunk in blob.read():
        file.write(chunk)
    file.seek(0)
    return file


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
