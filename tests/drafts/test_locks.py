"""A draft that meets a lock waits for a later sweep; the others go on, and none loses a try."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction
from django.db.models import F

from accounts.models import User
from drafts import actions, states
from drafts.models import Draft
from drafts.tasks import detect_missing
from flow.actions import PAUSE
from flow.models import FailedRow
from tests import engines, make

pytestmark = [pytest.mark.django_db(transaction=True), engines.LOCKED_ROWS]


@pytest.fixture(autouse=True)
def _nobody_waits_long(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    yield
    connection.close()


@contextmanager
def held(person: User) -> Iterator[None]:
    """Have somebody else hold the lock of a person meanwhile, ten seconds at most."""
    holds, over = Event(), Event()
    writer = Thread(target=_hold, args=(person.pk, holds, over))
    writer.start()
    holds.wait(10)
    try:
        yield
    finally:
        over.set()
        writer.join()


def _hold(pk: int, holds: Event, over: Event) -> None:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=pk)
        holds.set()
        over.wait(10)
    connections.close_all()


def new_drafts() -> tuple[Draft, Draft]:
    """Store a draft of each of two people, which nobody has judged."""
    one, two = (actions.hold_mail(make.mail(make.user())) for _ in range(2))
    return one, two


def found(*drafts: Draft) -> list[tuple[str, int]]:
    """Return state and attempts of these drafts, as they are now."""
    rows = Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).order_by("pk")
    return list(rows.values_list("state", "attempts"))


def test_a_draft_that_meets_a_lock_is_left_for_a_later_sweep() -> None:
    locked, free = new_drafts()

    with held(locked.sender):
        detect_missing()
        detect_missing()
        assert found(locked, free) == [(states.RECEIVED, 0), (states.WAITING, 1)]


def test_a_draft_that_met_a_lock_is_judged_by_a_later_sweep() -> None:
    locked, _free = new_drafts()
    with held(locked.sender):
        detect_missing()
    FailedRow.objects.update(last_at=F("last_at") - PAUSE - timedelta(seconds=1))

    detect_missing()

    assert (found(locked), FailedRow.objects.count()) == ([(states.WAITING, 1)], 0)
