"""A worker that is killed in the middle of an import: the next one goes on at that very row."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from contacts import actions, states
from contacts.models import Contact, Datum, ImportRun
from contacts.tasks import work_imports
from flow import engine
from flow.access import rows_set_aside
from tests.contacts.imports import uploaded
from tests.contacts.people import browser_of, make_people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races, pytest.mark.slow]

ROWS = 300
WORKER = """
import os, signal, sys
import django
django.setup()
from contacts.actions import runs, staging
staging.BATCH = staging.BATCH_OF_ONE_WRITER = 50
for _run in runs.steps(int(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def database_url() -> str:
    """Return the address of the database that this test uses."""
    given = connection.settings_dict
    if engine.embedded():
        return f"sqlite:///{given['NAME']}"
    password = quote(given["PASSWORD"], safe="")
    return f"postgres://{given['USER']}:{password}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def killed_worker(run: ImportRun) -> int:
    """Let a worker write one batch and be killed; return its exit code."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ZIVWEB_TEST_DATABASE_URL": database_url(),
    }
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", WORKER, str(run.pk)]
    return subprocess.run(command, env=environment, cwd=root, check=False).returncode


def page_of(run: ImportRun) -> str:
    """Return the page of an import, as its admin sees it."""
    assert run.actor is not None
    return browser_of(run.actor).get(f"/contacts/import/{run.pk}/").content.decode()


def started() -> ImportRun:
    """Have an import checked and started."""
    admin = make_people().admin
    rows = [f"p{number}@example.nl,P,06{10000000 + number},," for number in range(ROWS)]
    run = uploaded(admin, *rows)
    actions.start(run, admin, changed_rows=states.OVERWRITE, conflicts=states.ASK)
    return run


def test_a_killed_import_goes_on_where_it_was() -> None:
    run = started()
    assert killed_worker(run) == -signal.SIGKILL
    half = Contact.objects.count()
    long_ago = timezone.now() - timedelta(minutes=1)
    ImportRun.objects.filter(pk=run.pk).update(beat_at=long_ago)
    work_imports()
    run.refresh_from_db()
    assert (half, run.state) == (50, states.DONE)
    assert (Contact.objects.count(), Datum.objects.count()) == (ROWS, ROWS)
    assert (run.counts["new"], run.counts["rows"]) == (ROWS, ROWS)
    assert page_of(run).count("It was interrupted after row 50") == 1


def died(run: ImportRun) -> None:
    """Let a worker die of an import, and be missed."""
    assert killed_worker(run) == -signal.SIGKILL
    ImportRun.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=1))


def test_an_import_that_kills_its_worker_three_times_is_ended_and_told() -> None:
    admin = make_people().admin
    run = uploaded(admin, *[f"p{number}@example.nl,P,,," for number in range(ROWS)])
    actions.check(run, run.roles)
    died(run)
    died(run)
    died(run)

    work_imports()

    run.refresh_from_db()
    assert (run.state, run.failure) == (states.FAILED, "stopped")
    assert "stopped three times at the same place" in page_of(run)
    assert [(row.row, row.model) for row in rows_set_aside()] == [(run.pk, "contacts.importrun")]


def test_an_import_that_gets_ahead_each_time_is_not_ended() -> None:
    run = started()
    died(run)
    died(run)
    died(run)
    died(run)

    work_imports()

    run.refresh_from_db()
    assert (run.state, run.counts["rows"]) == (states.DONE, ROWS)


def test_an_import_of_a_program_that_is_gone_says_so() -> None:
    run = started()
    long_ago = timezone.now() - timedelta(minutes=1)
    ImportRun.objects.filter(pk=run.pk).update(file=None, beat_at=long_ago)
    work_imports()
    run.refresh_from_db()
    assert (run.state, run.failure) == (states.FAILED, "interrupted")
