"""Nobody waits for the database without end, and what is stopped leaves nothing half-written."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.db import Error, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from accounts.models import AuditEntry
from contacts.models import Contact
from flow import engine
from tests import make
from tests.engines import LOCKED_ROWS, LOST_CONNECTION, locked
from zivweb import deadlines
from zivweb.later import took_too_long

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
SHORT = deadlines.Deadlines(statement=1, lock=1, idle=1)
NEW = {"address": "jan@example.nl", "name": "Jan", "phone": "06 36 36 36 36"}


def options(limits: deadlines.Deadlines | None) -> dict[str, object]:
    """Return what a connection of the engine at hand is opened with."""
    make_them = deadlines.for_sqlite if engine.embedded() else deadlines.for_postgresql
    return make_them(limits)


@contextmanager
def another(limits: deadlines.Deadlines) -> Iterator[BaseDatabaseWrapper]:
    """Have a second connection, with these deadlines."""
    other = connection.copy()
    other.settings_dict["OPTIONS"] |= options(limits)
    with closing(other):
        yield other


@pytest.fixture
def hurried(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """Return the browser of somebody whose requests have a second for each statement and lock."""
    browser = Client(raise_request_exception=False)
    browser.force_login(make.user())
    connection.close()
    monkeypatch.setitem(
        connection.settings_dict, "OPTIONS", connection.settings_dict["OPTIONS"] | options(SHORT)
    )
    yield browser
    connection.close()


@contextmanager
def locked_by_another(table: str) -> Iterator[None]:
    """Let somebody else have this table locked meanwhile."""
    with another(deadlines.LONG) as other, locked(table, other):
        yield


def shown(answer: Any) -> tuple[int, str, bool]:
    """Return status, when to come back, and whether it is our page of a busy time."""
    return answer.status_code, answer["Retry-After"], "It is very busy" in answer.content.decode()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_statement_ends_at_its_deadline_also_when_the_connection_is_a_new_one() -> None:
    with another(SHORT) as other:
        other.ensure_connection()
        other.close()
        with other.cursor() as cursor, pytest.raises(OperationalError) as stopped:
            cursor.execute(ENDLESS)

    assert took_too_long(stopped.value)


@pytest.mark.slow
@pytest.mark.parametrize("table", ["contacts_contact", "accounts_auditentry"])
def test_a_form_that_meets_a_lock_is_put_off_and_leaves_nothing_half_written(
    hurried: Client, table: str
) -> None:
    before = AuditEntry.objects.count()

    with locked_by_another(table):
        answer = hurried.post("/contacts/new/", NEW, headers={"accept-language": "en"})

    assert shown(answer) == (503, "10", True)
    assert (Contact.objects.count(), AuditEntry.objects.count()) == (0, before)


@pytest.mark.slow
def test_a_form_that_was_put_off_is_taken_a_moment_later(hurried: Client) -> None:
    with locked_by_another("contacts_contact"):
        hurried.post("/contacts/new/", NEW)

    assert hurried.post("/contacts/new/", NEW).status_code == 302
    assert Contact.objects.count() == 1


@LOCKED_ROWS
@pytest.mark.slow
@pytest.mark.django_db
def test_a_transaction_that_does_nothing_ends_at_its_deadline() -> None:
    with another(SHORT) as other, other.cursor() as cursor:
        other.set_autocommit(autocommit=False)
        cursor.execute("SELECT 1")
        time.sleep(1.5)
        with pytest.raises(Error) as stopped:
            cursor.execute("SELECT 1")

    assert took_too_long(stopped.value)


@pytest.fixture
def _no_connection_left(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the server refuse every connection of ours, as one does that has as many as it takes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE crowded LOGIN PASSWORD 'crowded' CONNECTION LIMIT 0")
    connection.close()
    with monkeypatch.context() as crowded:
        crowded.setitem(connection.settings_dict, "USER", "crowded")
        crowded.setitem(connection.settings_dict, "PASSWORD", "crowded")
        yield
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE crowded")


@LOST_CONNECTION
@pytest.mark.usefixtures("_no_connection_left")
def test_without_a_connection_that_is_left_a_page_is_put_off() -> None:
    answer = Client(raise_request_exception=False).get("/account/login/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


@pytest.mark.parametrize("kind", ["web", "smtp"])
def test_who_is_waited_for_has_shorter_deadlines_than_a_worker(kind: str) -> None:
    ours, work = deadlines.KINDS[kind], deadlines.KINDS["worker"]

    assert (ours.statement < work.statement, ours.lock < work.lock) == (True, True)
