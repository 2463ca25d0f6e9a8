"""Sweeps that survive a bad row: it is tried three times, then set aside, and the others go on."""

import logging
import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Generic, TypeVar

from django.apps import apps
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    models,
    transaction,
)
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from flow.models import TASK_FAILED, EventCount, FailedRow
from flow.sweeps import skip_locked, wake

log = logging.getLogger(__name__)

STRIKES: Final = 3
PAUSE: Final = timedelta(minutes=1)  # between two attempts: what passes by itself costs no row
FORGIVEN: Final = timedelta(days=7)  # a strike as old as this one counts no more
PLACES: Final = 3  # of our own functions that a reason names, the last one where it was raised

# The database is away, or somebody holds a lock: no fault of the row.
DATABASE_TROUBLE = (OperationalError, InterfaceError)

Row = TypeVar("Row", bound=models.Model)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Sweep(Generic[Row]):
    """The rows of a model that a task works on, and those of them that it failed on.

    `lasting`: it works on what has to do with these rows (people, organizations), again and again.
    One that is set aside is tried again after a week.
    """

    task: str
    model: type[Row]
    lasting: bool = False

    def run(self, rows: QuerySet[Row], act: Callable[[list[Row]], object], size: int) -> int:
        """Act on some rows in one transaction, and when that fails on each in one of its own.

        Rows that somebody else has locked are passed over. Return how many were dealt with: 0 when
        nothing is left to do now. Raises what says that the database is away.
        """
        dealt = self._again(rows, act, size)
        fresh = self.untried(rows)
        try:
            with transaction.atomic():
                found = list(skip_locked(fresh)[:size])
                act(found)
        except Exception as error:
            raise_when_away(error)
            log.exception("%s: what goes together failed, each goes alone", self.task)
            ids = list(fresh.values_list("pk", flat=True)[:size])
            return dealt + self._alone(ids, rows, act)
        return dealt + len(found)

    def each(self, ids: Iterable[int], act: Callable[[int], Result]) -> list[Result]:
        """Act on each row by its id, in transactions of its own; return what the good ones gave.

        Those that are set aside, or failed a moment ago, are passed over.
        """
        wanted = list(ids)
        failed = self._failed().filter(row__in=wanted)
        before = set(failed.values_list("row", flat=True))
        not_now = failed.filter(self._not_now())
        passed = set(not_now.values_list("row", flat=True)) if before else set()
        results = list[Result]()
        succeeded = [
            pk
            for pk in wanted
            if pk not in passed and self._attempt(pk, lambda pk=pk: results.append(act(pk)))  # type: ignore[misc]
        ]
        self._failed().filter(row__in=before.intersection(succeeded)).delete()
        return results

    def read(self, rows: QuerySet[Row]) -> list[Row]:
        """Return the rows, for who claims them. One of which a column cannot be read is a strike.

        It takes no other along. Claim from `open` rows, so that it does not come again at once.
        """
        try:
            return list(rows)
        except Exception as error:
            raise_when_away(error)
            log.exception("%s: rows cannot be read together, each is read alone", self.task)
        ids = list(rows.values_list("pk", flat=True))
        return self.each(ids, partial(_read_one, rows))

    def due_again(self) -> list[int]:
        """Return the rows that failed and are to be tried again now."""
        return list(self._failed().exclude(self._not_now()).values_list("row", flat=True))

    def fresh(self, ids: Collection[int]) -> list[int]:
        """Return those of these rows that have not failed before."""
        failed = set(self._failed().filter(row__in=ids).values_list("row", flat=True))
        return [pk for pk in ids if pk not in failed]

    def untried(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return those of the rows that have not failed before."""
        return rows.exclude(pk__in=self._failed().values("row"))

    def open(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Return those of the rows that are neither set aside nor failed a moment ago."""
        return rows.exclude(pk__in=self._failed().filter(self._not_now()).values("row"))

    def begin(self, pk: int, place: str) -> bool:
        """Count an attempt before it begins, so that one that kills its worker counts too.

        An attempt that begins at another place than the last one got ahead: it is the first again.
        Call `succeed` after it, `explain` when it raised, `give_back` when that was the database's
        fault. Tell whether it may begin; False when it is set aside by this.
        """
        with transaction.atomic():
            self._failed().filter(row=pk).exclude(reason__startswith=f"{place}: ").delete()
            row = self._strike(pk, f"{place}: the worker died", limit=STRIKES + 1)
            # It has not failed yet: whoever finds its worker dead goes on at once.
            self._failed().filter(pk=row.pk).update(last_at=F("last_at") - PAUSE)
        return row.set_aside_at is None

    def explain(self, pk: int, error: BaseException) -> None:
        """Note why an attempt that was counted when it began has failed."""
        row = self._failed().filter(row=pk).first()
        if row is not None:
            place = row.reason.partition(": ")[0]
            reason = f"{place}: {reason_of(error)}"[:300]
            self._failed().filter(pk=row.pk).update(reason=reason, last_at=timezone.now())

    def give_back(self, pk: int) -> None:
        """Let an attempt not count that the database broke off."""
        self._failed().filter(row=pk, count__gt=0).update(count=F("count") - 1)

    def succeed(self, pk: int) -> None:
        """Forget what failed before with this row."""
        self._failed().filter(row=pk).delete()

    def strike(self, pk: int, error: BaseException) -> FailedRow:
        """Note that a row failed; the third time it is set aside. No database trouble counts."""
        return self._strike(pk, reason_of(error), is_strike=not _is_away(error))

    def _failed(self) -> QuerySet[FailedRow]:
        return FailedRow.objects.filter(task=self.task, model=self.model._meta.label_lower)

    def _not_now(self) -> Q:
        """Return which failures are of rows that no sweep is to look at now."""
        now = timezone.now()
        set_aside = Q(set_aside_at__isnull=False)
        if self.lasting:
            set_aside &= Q(last_at__gt=now - FORGIVEN)
        return set_aside | Q(last_at__gt=now - PAUSE)

    def _again(self, rows: QuerySet[Row], act: Callable[[list[Row]], object], size: int) -> int:
        """Act on the rows whose next attempt is due; forget those that need none any more."""
        due = self.due_again()[:size]
        if not due:
            return 0
        ids = list(rows.filter(pk__in=due).values_list("pk", flat=True))
        self._failed().filter(row__in=set(due) - set(ids)).delete()
        return self._alone(ids, rows, act)

    def _alone(
        self, ids: Sequence[int], rows: QuerySet[Row], act: Callable[[list[Row]], object]
    ) -> int:
        dealt = 0
        for pk in ids:
            found: list[Row] = []
            succeeded = self._attempt(pk, partial(_act_on, pk, rows, act, found))
            if succeeded and found:
                self.succeed(pk)
            dealt += len(found) if succeeded else 1
        return dealt

    def _attempt(self, pk: int, act: Callable[[], object]) -> bool:
        try:
            act()
        except Exception as error:
            raise_when_away(error)
            log.exception("%s:%s: %s failed", self.model._meta.label_lower, pk, self.task)
            self.strike(pk, error)
            return False
        return True

    def _strike(
        self, pk: int, reason: str, *, limit: int = STRIKES, is_strike: bool = True
    ) -> FailedRow:
        now = timezone.now()
        with transaction.atomic():
            row, _made = FailedRow.objects.select_for_update().get_or_create(
                task=self.task,
                model=self.model._meta.label_lower,
                row=pk,
                defaults={"reason": reason, "first_at": now, "last_at": now},
            )
            if row.last_at < now - FORGIVEN and (self.lasting or row.set_aside_at is None):
                row.count, row.first_at, row.set_aside_at = 0, now, None
            if is_strike:
                row.count, row.reason = row.count + 1, reason
            row.last_at = now
            if row.count >= limit and row.set_aside_at is None:
                row.set_aside_at = now
                log.error("%s is set aside by %s: %s", row, self.task, reason)
            row.save()
        return row


def raise_when_away(error: Exception) -> None:
    """Raise the error when the database is away; not when a row met a lock, or took too long."""
    if _is_away(error) and not connection.is_usable():
        raise error


def retry(ids: Sequence[int] | None = None) -> int:
    """Let rows that were set aside be worked on again, all or some; return how many."""
    rows = FailedRow.objects.exclude(set_aside_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    with transaction.atomic():
        found = list(rows.select_for_update())
        due = timezone.now() - PAUSE
        again = FailedRow.objects.filter(pk__in=[row.pk for row in found])
        again.update(count=0, set_aside_at=None, last_at=due)
        for task in {row.task.partition(" ")[0] for row in found}:
            wake(task)
    return len(found)


def count_event(event: str, label: str, times: int = 1) -> None:
    """Count what monitoring has to see."""
    row, _made = EventCount.objects.get_or_create(event=event, label=label[:80])
    EventCount.objects.filter(pk=row.pk).update(count=F("count") + times)


def count_failure(task: str) -> None:
    """Count a task that failed as a whole; a database that is away counts nothing."""
    with suppress(DatabaseError, InterfaceError):
        count_event(TASK_FAILED, task)


def reason_of(error: BaseException) -> str:
    """Return the class of an error and in which of our functions it came up, never its text."""
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    ours = [
        f"{frame.f_globals['__name__']}.{frame.f_code.co_name}"
        for frame in frames
        if apps.is_installed(str(frame.f_globals.get("__name__", "")).partition(".")[0])
        and frame.f_globals["__name__"] != __name__
    ]
    return " < ".join([type(error).__name__, *reversed(ours[-PLACES:])])[:300]


def _read_one(rows: QuerySet[Row], pk: int) -> Row:
    with transaction.atomic():
        return rows.get(pk=pk)


def _act_on(
    pk: int, rows: QuerySet[Row], act: Callable[[list[Row]], object], found: list[Row]
) -> None:
    with transaction.atomic():
        found += skip_locked(rows.filter(pk=pk))
        if found:
            act(found)


def _is_away(error: BaseException) -> bool:
    return isinstance(error, DATABASE_TROUBLE)
