"""What fuzzing found stays mended, and each target stands a moment of it (`make fuzz`: more)."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import GENEROUS, effort
from tests.fuzz.__main__ import FOUND, NAMES
from tests.fuzz.seeds import seeds_for
from tests.fuzz.targets import TARGETS

CASES = sorted(path for path in FOUND.rglob("*") if path.is_file())
pytestmark = pytest.mark.slow


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name[:14]}")
def test_what_was_found_stays_mended(case: Path) -> None:
    assert effort(lambda: TARGETS[case.parent.name](case.read_bytes())) < GENEROUS


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=40)
def test_no_bytes_break_a_promise(name: str, data: st.DataObject) -> None:
    seeds = [seed for seed in seeds_for(name) if len(seed) < 3000][:20] or [b""]
    seed = data.draw(st.sampled_from(seeds))
    cut = data.draw(st.integers(0, len(seed)))

    TARGETS[name](seed[:cut] + data.draw(st.binary(max_size=60)) + seed[cut:])


def test_every_target_is_fuzzed() -> None:
    assert set(NAMES) == set(TARGETS)
