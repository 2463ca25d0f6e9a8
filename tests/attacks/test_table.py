"""docs/security.md and docs/reliability.md tell the truth: a row for each attack and fault.

Every test that they name exists.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("security", "reliability")}
ROW = re.compile(r"^\| ([SKF]-?\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
# RELIABILITY.md, 3.1, 3.2 and 7.
WANTED = {
    "security": [f"S-{number:02}" for number in range(1, 57)],
    "reliability": [*(f"K{n}" for n in range(1, 17)), *(f"F-{n:02}" for n in range(1, 37))],
}


@pytest.mark.parametrize("name", TABLES)
def test_every_attack_and_fault_has_a_test_or_a_reason(name: str) -> None:
    rows = ROW.findall(TABLES[name])

    assert [number for number, _ in rows] == WANTED[name]
    assert [number for number, told in rows if not NAMED.search(told) and len(told) < 60] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_test_that_is_named_exists(name: str) -> None:
    named = set(NAMED.findall(TABLES[name]))

    assert len(named) > 70
    assert [f"{file}::{test}" for file, test in named if not exists(file, test)] == []


def exists(file: str, name: str) -> bool:
    """Tell whether a file has a test of this name."""
    path = ROOT / "tests" / file
    return path.exists() and f"def {name}(" in path.read_text()
