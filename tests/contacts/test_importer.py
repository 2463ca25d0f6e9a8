"""Every file of the shared folder gives the rows that two other readers found in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from contacts.importer import Reader, Row, Table, open_table
from contacts.importer.rows import PLUS_LOST, ZERO_LOST

SHARED = Path(__file__).resolve().parents[3] / "shared" / "contacts"
EXPECTED: dict[str, Any] = (
    json.loads((SHARED / "EXPECTED.json").read_text()) if SHARED.is_dir() else {}
)
FILES: list[Any] = sorted(EXPECTED) or [
    pytest.param("", marks=pytest.mark.skip(reason="the shared folder is missing"))
]
ENCODINGS = {
    "ascii": {"utf-8"},
    "utf-8": {"utf-8", "utf-8-sig"},
    "cp1252": {"cp1252"},
    "utf-16 with BOM": {"utf-16"},
    "utf-16-be without BOM": {"utf-16-be"},
}
QUIET = {ZERO_LOST, PLUS_LOST}


def read(name: str) -> tuple[Table, list[Row]]:
    """Return what a shared file holds."""
    with (SHARED / name).open("rb") as file:
        table = open_table(file)
        reader = Reader(table.roles, "NL", domains=False)
        return table, [reader.read(cells) for cells in table.rows]


def named(table: Table, role: str) -> list[str]:
    """Return the names of the columns with this role."""
    return [name for name, found in zip(table.header, table.roles, strict=True) if found == role]


def shown(row: Row, number: int) -> dict[str, Any]:
    """Return a row as the expectations write it."""
    mobile = row.phones[0] if row.phones else None
    return {"row": number, "email": row.address or None, "mobile": mobile}


@pytest.mark.parametrize("name", FILES)
def test_a_shared_file_has_the_expected_counts(name: str) -> None:
    _table, rows = read(name)
    expected = EXPECTED[name]
    found = {
        "rows": len(rows),
        "with_email": sum(bool(row.address) for row in rows),
        "with_mobile": sum(bool(row.phones) for row in rows),
        "with_both": sum(bool(row.address and row.phones) for row in rows),
    }
    certain = {key: expected[key] for key in found}
    assert found == certain or (found.keys() == certain.keys() and "ambiguous" in expected)


@pytest.mark.parametrize("name", FILES)
def test_a_shared_file_has_the_expected_values(name: str) -> None:
    _table, rows = read(name)
    expected = [
        {
            "row": row["row"],
            "email": row["email"] and row["email"].lower(),
            "mobile": row["mobile"],
        }
        for row in EXPECTED[name]["first"]
    ]
    found = [shown(row, number) for number, row in enumerate(rows[:12], 1)]
    unsure = " ".join(EXPECTED[name].get("ambiguous", []))
    wrong = [row for row, right in zip(found, expected, strict=True) if row != right]
    assert [row for row in wrong if f"card {row['row']}:" not in unsure] == []


@pytest.mark.parametrize("name", FILES)
def test_a_shared_file_has_the_expected_further_addresses(name: str) -> None:
    _table, rows = read(name)
    found = [list(row.more) for row in rows[:12]]
    assert found == [row.get("more_email", []) for row in EXPECTED[name]["first"]]


@pytest.mark.parametrize("name", FILES)
def test_a_shared_file_has_the_expected_rejections(name: str) -> None:
    _table, rows = read(name)
    found = {number for number, row in enumerate(rows, 1) if row.rejected}
    certain = {row["row"] for row in EXPECTED[name]["rejected"]}
    assert certain <= found
    assert found == certain or "ambiguous" in EXPECTED[name]


@pytest.mark.parametrize("name", FILES)
def test_a_shared_file_has_the_expected_number_problems(name: str) -> None:
    _table, rows = read(name)
    found = {
        number
        for number, row in enumerate(rows, 1)
        if row.address and row.problem not in QUIET and not row.problem.startswith("code_")
        if row.problem
    }
    expected = EXPECTED[name]
    rejected = {row["row"] for row in expected["rejected"]}
    problems = {row["row"] for row in expected["number_problems"]} - rejected
    assert found == {number for number in problems if rows[number - 1].address}


@pytest.mark.parametrize("name", [name for name in FILES if str(name).endswith(".csv")])
def test_a_shared_table_is_understood(name: str) -> None:
    table, _rows = read(name)
    expected = EXPECTED[name]
    delimiter = {"tab": "\t"}.get(expected["delimiter"], expected["delimiter"])
    assert table.encoding in ENCODINGS[expected["encoding"]]
    assert (table.delimiter, len(table.header)) == (delimiter, expected["columns"])
    assert set(expected["email_columns"]) <= set(named(table, "email"))
    assert set(expected["mobile_columns"]) <= set(named(table, "mobile"))
