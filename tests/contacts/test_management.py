"""The command that imports from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from contacts.models import Contact, ImportRun, StagedRow
from tests import make
from tests.contacts.test_importer import EXPECTED, FILES, SHARED

ZORG = "zorg.example"


def run(capsys: pytest.CaptureFixture[str], file: Path, *options: str) -> dict[str, Any]:
    """Run the command; return what it prints as JSON."""
    call_command("import_contacts", str(file), "--organization", ZORG, "--json", *options)
    return dict(json.loads(capsys.readouterr().out))


@pytest.fixture
def known_file(db: None, tmp_path: Path) -> Path:
    """A file in the known format, and the organization that it is for."""
    make.organization(domain=ZORG)
    file = tmp_path / "contacts.csv"
    file.write_text("email_address,phone_number\njan@example.nl,0636363636\nnobody,\n")
    return file


def test_a_file_is_imported_and_counted(
    known_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = run(capsys, known_file)
    assert told == {
        "rows": 2,
        "new": 1,
        "changed": 0,
        "same": 0,
        "conflict": 0,
        "rejected": [{"row": 2, "reason": "bad_address"}],
    }


def test_a_dry_run_leaves_nothing(known_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, known_file, "--dry-run")["new"] == 1
    assert [model.objects.count() for model in (Contact, ImportRun, StagedRow)] == [0, 0, 0]


def test_without_json_the_counts_are_a_list(
    known_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_contacts", str(known_file), "--organization", ZORG)
    assert "row 2: bad_address" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nothing.csv", "empty.csv"])
def test_a_file_that_cannot_be_read_is_one_line(
    known_file: Path, name: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(CommandError, match=name):
        call_command("import_contacts", str(tmp_path / name), "--organization", ZORG)


def test_an_organization_that_is_none_is_told(known_file: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.example"):
        call_command("import_contacts", str(known_file), "--organization", "nowhere.example")


@pytest.mark.parametrize("name", FILES)
def test_every_shared_file_is_imported_with_its_counts(
    db: None, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make.organization(domain=ZORG)
    told, expected = run(capsys, SHARED / name), EXPECTED[name]
    with_email = told["new"] + told["same"] + told["conflict"]
    assert told["rows"] == expected["rows"] == with_email + len(told["rejected"])
    assert with_email >= expected["with_email"]
    assert with_email == expected["with_email"] or "ambiguous" in expected
