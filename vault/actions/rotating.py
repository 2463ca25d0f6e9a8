"""Key rotation: what older keys wrap is wrapped again by the first one, while everything runs.

The rows themselves say what is left to do, so a rotation that was broken off is simply begun again.
Mail has its turn after each batch, for as long as the batch took.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from django.db import transaction

from flow import engine
from flow.slices import Pace
from flow.sweeps import skip_locked
from vault.access import Column, wrapped_columns
from vault.actions.counting import note_first_key, note_rewrapped
from vault.keys import VaultError, keyring

BATCH = 500  # rows in a transaction: short enough for the writers that wait for one of them
BATCH_OF_ONE_WRITER = 50  # where all writers wait: no transaction over 200 ms
FEWEST = 20
LONG = 0.4  # seconds that a batch may take
PASSES = 5  # over a column: rows that somebody held are met again in the next one


@dataclass
class Progress:
    """How far the rotation of one column is. `unreadable`: ids of rows that no key opens."""

    column: Column
    total: int
    done: int = 0
    unreadable: frozenset[int] = frozenset()


def rotate_keys(
    tell: Callable[[Progress], object], rest: Callable[[float], object] = time.sleep
) -> list[Progress]:
    """Wrap everything under the first key, column by column; `tell` hears of every batch.

    `rest` is called after each batch, with the seconds that others may have.
    """
    note_first_key()
    batches = _Batches(rest)
    return [_rotate(column, tell, batches) for column in wrapped_columns()]


class _Batches:
    """How large the batches are, and what is done between them."""

    def __init__(self, rest: Callable[[float], object]) -> None:
        self._rest = rest
        self._pace = Pace(BATCH_OF_ONE_WRITER if engine.one_writer() else BATCH, FEWEST, LONG)

    def rewrap_after(self, last: int, progress: Progress) -> int | None:
        """Wrap the next batch again, and rest; return the last id seen, None at the end."""
        size, started = self._pace.size, time.perf_counter()
        seen = _rewrap_after(last, progress, size)
        took = time.perf_counter() - started
        if seen is not None:
            self._pace.took(size, took)
            self._rest(took)
        return seen


def _rotate(column: Column, tell: Callable[[Progress], object], batches: _Batches) -> Progress:
    progress = Progress(column, total=column.old_rows.count())
    try:
        for _ in range(PASSES):
            _pass(progress, tell, batches)
            if column.old_rows.count() <= len(progress.unreadable):
                break
    finally:
        if progress.done:
            note_rewrapped(progress.done)
    return progress


def _pass(progress: Progress, tell: Callable[[Progress], object], batches: _Batches) -> None:
    last: int | None = 0
    while last is not None:
        last = batches.rewrap_after(last, progress)
        tell(progress)


def _rewrap_after(last: int, progress: Progress, size: int) -> int | None:
    """Wrap the next `size` rows again; return the last id seen, None at the end of the column.

    Rows that somebody else holds are passed over: rotation waits for nobody.
    """
    column = progress.column
    old = column.old_rows.filter(pk__gt=last).order_by("pk")
    slim = old.select_related().defer(*column.other_bytes)
    with transaction.atomic():
        rows = list(skip_locked(slim)[:size])
        rewrapped = [row for row in rows if _rewrap(row, column)]
        column.model._meta.base_manager.bulk_update(rewrapped, [column.field])
    progress.done += len(rewrapped)
    progress.unreadable |= {row.pk for row in rows} - {row.pk for row in rewrapped}
    return rows[-1].pk if len(rows) == size else None


def _rewrap(row: object, column: Column) -> bool:
    """Wrap the value of a row under the first key, in memory. False when no key opens it."""
    wrapped, place = bytes(getattr(row, column.field)), attrgetter(column.place)(row)
    try:
        setattr(row, column.field, keyring().wrap(keyring().unwrap(wrapped, place), place))
    except VaultError:
        return False
    return True
