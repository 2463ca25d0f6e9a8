"""No cell of an export is a formula, however a spreadsheet divides its lines."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.render import FORMULA, Echo, safe_cell

HOSTILE = st.text(st.sampled_from('=+-@a1 ;,|\t"\n\r'), max_size=12)
CELLS = st.lists(HOSTILE | st.text(max_size=12), min_size=1, max_size=4)


def parts(line: str, separator: str) -> list[str]:
    """Return the cells that a spreadsheet makes of a written line."""
    rows = csv.reader(io.StringIO(line, newline=""), delimiter=separator)
    return [cell for row in rows for cell in row]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@given(cells=CELLS)
@example(cells=["jan@example.nl", "Jan;=1+1"])
@example(cells=["jan@example.nl", 'Jan; "=1+1"'])
def test_no_part_of_a_line_is_a_formula(separator: str, cells: list[str]) -> None:
    written = str(csv.writer(Echo()).writerow([safe_cell(cell) for cell in cells]))

    found = [part.strip() for part in parts(written, separator)]
    assert [part for part in found if part and part[0] in FORMULA] == []


@given(cells=CELLS)
def test_what_holds_no_formula_stays_as_it_is(cells: list[str]) -> None:
    plain = ["".join(set(cell) - FORMULA) for cell in cells]

    assert [safe_cell(cell) for cell in plain] == plain
