"""A soak: one hostile organization beside three good ones, and nobody of those notices.

`ZIVWEB_SOAK_MINUTES` is how long each of its two runs takes, the quiet one and the hostile one
(`make faults` tries a minute each; 30 before a release). Figures of a few minutes say nothing of
one in a hundred, so only a run of ten minutes or more judges by them; all of them print them.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.faults import servers
from tests.faults.conftest import SOAK
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.good_people import Watch, look_back, work
from tests.faults.hostile import Hostile
from tests.faults.rows import wait_until_quiet
from tests.faults.towns import found_towns
from tests.faults.weighing import Scales

MINUTES = float(os.environ.get("ZIVWEB_SOAK_MINUTES", "0"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MINUTES, reason="takes ZIVWEB_SOAK_MINUTES, twice"),
]

LONG_ENOUGH = 10  # minutes
SLOWER, SUCCEED = 2.0, 0.998
MEMORY = 250.0  # MB of a process
ROOM = "4g"  # of the disk of the database
SERVING = ("web", "smtp", "celery", "worker", "outbound", "texts", "long", "monitoring")
HEADINGS = f"{'':<28}{'quiet':>7}{'p50':>9}{'p99':>9}{'hostile':>9}{'p50':>9}{'p99':>9}"


@dataclass
class Soak:
    """What came of both runs."""

    quiet: Watch
    hostile: Watch
    did: dict[str, int]
    most_quiet: dict[str, float]
    most: dict[str, float]
    lost: int = 0
    doubled: int = 0

    def table(self) -> Iterator[str]:
        """Return all of it in lines."""
        yield HEADINGS
        for action in sorted(self.quiet.took):
            pair = self.quiet.took[action], self.hostile.took.get(action, [])
            numbers = (
                f"{len(took):>8}{at(took, 0.5):>8.2f}s{at(took, 0.99):>8.2f}s" for took in pair
            )
            yield f"{action:<27}" + "".join(numbers)
        for name, watch in (("quiet", self.quiet), ("hostile", self.hostile)):
            yield f"{name}: {watch.done} done, {len(watch.failed)} failed"
            yield from (f"    {line}" for line in watch.failed[:10])
        yield f"lost {self.lost}, doubled {self.doubled}, leaked {len(self.leaked)}"
        for when, most in (("quiet", self.most_quiet), ("in all", self.most)):
            sizes = (f"{role} {size:.0f}" for role, size in sorted(most.items()))
            yield f"memory, {when} (MB): " + ", ".join(sizes)
        yield "hostile did: " + ", ".join(f"{k} {v}" for k, v in sorted(self.did.items()))

    @property
    def leaked(self) -> list[str]:
        """Where something of the hostile organization was seen."""
        return self.quiet.leaked + self.hostile.leaked

    @property
    def slower(self) -> list[str]:
        """Which actions one in a hundred waited for too long, beside the quiet run."""
        return [
            action
            for action, took in self.quiet.took.items()
            if at(self.hostile.took.get(action, []), 0.99) > SLOWER * at(took, 0.99)
        ]

    @property
    def failed(self) -> list[str]:
        """What failed in the quiet run, and in the hostile one where it is too much."""
        failed = self.hostile.failed
        enough = self.hostile.done / (self.hostile.done + len(failed)) >= SUCCEED
        return self.quiet.failed + ([] if enough else failed)

    @property
    def heavy(self) -> dict[str, float]:
        """Which processes that serve people took too much memory."""
        return {role: size for role, size in self.most.items() if size > MEMORY and role in SERVING}


def at(took: list[float], share: float) -> float:
    """Return how long this share of the actions took at most; 0.0 without any."""
    return sorted(took)[min(int(len(took) * share), len(took) - 1)] if took else 0.0


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Run a fleet with four organizations, and room for what one of them sends."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(servers, "SMALL_DISK", ROOM)
        with running_fleet(tmp_path_factory.mktemp("soak")) as fleet:
            found_towns(fleet)
            yield fleet


@pytest.fixture(scope="module")
def soak(soaked: Fleet, request: pytest.FixtureRequest) -> Soak:
    """Run it, first without and then with the hostile organization; print the table."""
    hostile = Hostile(soaked)
    with Scales(soaked) as scales:
        quiet, most_quiet = work(soaked, MINUTES * 60), dict(scales.most)
        with hostile.at_work():
            beside = work(soaked, MINUTES * 60)
        wait_until_quiet(soaked, datetime.now(UTC), patience=900)
    found = Soak(quiet, beside, dict(hostile.did), most_quiet, scales.most)
    for watch in (quiet, beside):
        lost, doubled = look_back(soaked, watch)
        found.lost, found.doubled = found.lost + lost, found.doubled + doubled
    request.config.stash[SOAK] = list(found.table())
    return found


def test_nothing_of_the_good_ones_is_lost_or_doubled(soak: Soak) -> None:
    assert (soak.lost, soak.doubled) == (0, 0)


def test_nothing_of_the_hostile_one_is_seen_by_the_others(soak: Soak) -> None:
    assert soak.leaked == []


def test_what_the_good_ones_do_succeeds(soak: Soak) -> None:
    assert soak.failed == []


@pytest.mark.skipif(MINUTES < LONG_ENOUGH, reason="too short a run for one in a hundred")
def test_nobody_waits_more_than_twice_as_long(soak: Soak) -> None:
    assert soak.slower == []


def test_no_process_grows_too_large(soak: Soak) -> None:
    assert soak.heavy == {}


def test_what_must_hold_holds(soak: Soak, soaked: Fleet) -> None:
    assert soak.quiet.done
    assert "invariants hold" in soaked.manage("check_invariants")
