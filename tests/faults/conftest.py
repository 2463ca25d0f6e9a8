"""A fleet that may be killed, and the table of what became of its mails."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.faults.fleet import Fleet, running_fleet
from tests.faults.killing import Killed, seed_of_today
from tests.faults.mails import Handed
from tests.faults.outcome import HEADINGS, Outcome, judge, total
from tests.faults.relay import Outlet
from tests.faults.rows import count_mails, wait_until_quiet
from tests.product import Product

TABLE = pytest.StashKey[list[Outcome]]()
SOAK = pytest.StashKey[list[str]]()
Look = Callable[..., list[str]]


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Run two of every process, with servers of their own that nobody else uses."""
    with running_fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture(scope="session")
def relay_port(fleet: Fleet) -> Outlet:
    """Stand between the fleet and its relay."""
    return Outlet(fleet)


@pytest.fixture
def outlet(relay_port: Outlet) -> Iterator[Outlet]:
    """A relay with moods, which is itself again afterwards."""
    yield relay_port
    relay_port.calm_down()


@pytest.fixture(scope="session")
def seed() -> int:
    """Return what decides the moments of the kills."""
    return seed_of_today()


@pytest.fixture
def wrong(request: pytest.FixtureRequest, fleet: Fleet) -> Look:
    """Return a function that waits until all is quiet, and tells what is wrong then."""
    return looking_at(fleet, request.config)


def looking_at(product: Product, config: pytest.Config) -> Look:
    """Return a function that judges, and puts a line into the table at the end."""
    before = count_mails(product)
    table = config.stash.setdefault(TABLE, [])

    def look(name: str, mails: Sequence[Handed], killed: Killed | None = None) -> list[str]:
        killed = killed or Killed()
        wait_until_quiet(product, killed.at)
        found = judge(product, name, mails, stored_before=before, killed=killed)
        found.faults = found.faults or 1
        table.append(found)
        return found.wrong

    return look


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the tables."""
    soaked = config.stash.get(SOAK, [])
    if soaked:
        terminalreporter.section("a hostile organization beside three good ones")
        terminalreporter.write("".join(f"{line}\n" for line in soaked))
    table = config.stash.get(TABLE, [])
    if table:
        terminalreporter.section("mails under faults")
        for line in [HEADINGS, *(outcome.line() for outcome in [*table, total(table)])]:
            terminalreporter.write_line(line)
