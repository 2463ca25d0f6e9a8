"""docs/security.md tells the truth: every attack has a row, and every test it names exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(r"^\| (S-\d\d) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_every_attack_has_a_test_or_a_reason() -> None:
    rows = ROW.findall(TABLE)

    assert [number for number, _ in rows] == [f"S-{number:02}" for number in range(1, 57)]
    assert [number for number, told in rows if not NAMED.search(told) and len(told) < 60] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(NAMED.findall(TABLE))

    assert len(named) > 80
    assert [f"{file}::{name}" for file, name in named if not exists(file, name)] == []


def exists(file: str, name: str) -> bool:
    """Tell whether a file has a test of this name."""
    path = ROOT / "tests" / file
    return path.exists() and f"def {name}(" in path.read_text()
