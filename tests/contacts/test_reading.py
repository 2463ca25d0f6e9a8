"""Files of contacts are read by a process of their own, and it may take only so much."""

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files import File

from contacts import actions, states
from contacts.actions import runs
from contacts.importer import A_LOOK, Unreadable, open_table, reading
from contacts.models import ImportRun
from contacts.tasks import work_imports
from flow.reader import Bounds
from tests.contacts.imports import csv_file
from tests.contacts.people import People, browser_of
from tests.contacts.test_bad_files import workbook
from tests.contacts.test_import_pages import send, text

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024
LITTLE_MEMORY = replace(A_LOOK, memory=MEGABYTE)
LITTLE_OUTPUT = replace(A_LOOK, output=-(1 << 30))
ENGLISH = "Reading this file takes too much time or memory."
DUTCH = "Het lezen van dit bestand kost te veel tijd of geheugen."


def sheet(*cells: str, rows: int = 1) -> io.BytesIO:
    """Return a workbook of these rows."""
    row = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return workbook(f"<worksheet><sheetData>{f'<row>{row}</row>' * rows}</sheetData></worksheet>")


def card(lines: int) -> io.BytesIO:
    """Return a vCard with a name, and a note of so many lines."""
    note = "NOTE:x\r\n" + " x\r\n" * lines
    return io.BytesIO(f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jan\r\n{note}END:VCARD\r\n".encode())


def reason(file: io.BytesIO, bounds: Bounds) -> str:
    """Return why a file cannot be read within these bounds."""
    with pytest.raises(Unreadable) as raised:
        list(open_table(file, bounds).rows)
    return raised.value.reason


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file be short enough."""
    monkeypatch.setattr(runs, "A_LOOK", LITTLE_OUTPUT)


@pytest.mark.parametrize("file", [sheet("email"), csv_file(), card(5)])
def test_a_file_that_becomes_too_much_is_too_complex(file: io.BytesIO) -> None:
    assert reason(file, LITTLE_OUTPUT) == "too_complex"


def test_a_workbook_that_takes_too_much_memory_is_too_complex() -> None:
    assert reason(sheet("x", rows=200_000), LITTLE_MEMORY) == "too_complex"


def test_the_same_workbook_is_read_where_there_is_room() -> None:
    table = open_table(sheet("email", rows=200_000))

    assert sum(1 for _ in table.rows) == 199_999


def test_who_asks_for_a_file_to_be_read_has_nothing_to_read_it_with() -> None:
    asked = "import sys, contacts.importer; print({'python_calamine', 'vobject'} & {*sys.modules})"
    found = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True)

    assert (found.stdout, found.stderr) == ("set()\n", "")


def test_a_row_that_is_too_long_is_refused() -> None:
    assert reason(sheet(*["x" * 30_000] * 7), A_LOOK) == "line_too_long"


def test_a_look_reads_the_first_rows_alone() -> None:
    table = open_table(csv_file(*["jan@example.nl,Jan,,,"] * 1000), A_LOOK, 5)

    assert len(list(table.rows)) == 5


def test_the_rows_are_those_that_were_in_the_file() -> None:
    rows = [[f"jan{number}@example.nl", "é\ud7ff" * 300, "", "", ""] for number in range(1500)]
    table = open_table(csv_file(*(",".join(row) for row in rows)))

    assert list(table.rows) == rows


@pytest.mark.parametrize(("language", "told"), [("en", ENGLISH), ("nl", DUTCH)])
def test_a_person_is_told_that_a_file_is_too_complex(
    people: People, narrow: None, language: str, told: str
) -> None:
    people.admin.language = language
    people.admin.save()

    response = send(browser_of(people.admin), b"email\njan@example.nl\n")

    assert (response.status_code, told in text(response)) == (422, True)
    assert not ImportRun.objects.exists()


def test_an_import_that_turns_out_to_be_too_complex_fails_with_its_reason(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = actions.upload(
        people.admin, personal=False, file=File(csv_file("jan@example.nl,,,,")), name=""
    )
    monkeypatch.setattr(reading, "ALL_OF_IT", LITTLE_OUTPUT)
    actions.check(run, run.roles)
    work_imports()

    run.refresh_from_db()
    assert (run.state, run.failure) == (states.FAILED, "too_complex")


def test_an_upload_waits_while_nothing_can_be_read(people: People, no_reader: None) -> None:
    response = send(browser_of(people.admin), b"email\njan@example.nl\n")

    assert "We cannot read files just now." in text(response)
    assert not ImportRun.objects.exists()


def test_an_import_goes_on_once_files_can_be_read_again(
    people: People, request: pytest.FixtureRequest
) -> None:
    run = actions.upload(
        people.admin, personal=False, file=File(csv_file("jan@example.nl,,,,")), name=""
    )
    actions.check(run, run.roles)
    request.getfixturevalue("no_reader")
    work_imports()

    run.refresh_from_db()
    assert (run.state, run.failure) == (states.CHECKING, "")
