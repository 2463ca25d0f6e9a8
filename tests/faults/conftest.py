"""A product that may be killed, and the table of what became of its mails."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.faults.killing import Killed
from tests.faults.mails import Handed
from tests.faults.outcome import HEADINGS, Outcome, judge
from tests.faults.relay import Outlet
from tests.faults.rows import count_mails, wait_until_quiet
from tests.product import Product, running_product

TABLE = pytest.StashKey[list[Outcome]]()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run a product that nobody else uses."""
    with running_product(tmp_path_factory.mktemp("fragile")) as running:
        yield running


@pytest.fixture(scope="module")
def outlet(product: Product) -> Outlet:
    """Stand between the product and its relay."""
    return Outlet(product)


@pytest.fixture
def wrong(request: pytest.FixtureRequest, product: Product) -> Callable[..., list[str]]:
    """Return a function that waits until all is quiet, and tells what is wrong then."""
    before = count_mails(product)
    table = request.config.stash.setdefault(TABLE, [])

    def look(name: str, mails: Sequence[Handed], killed: Killed | None = None) -> list[str]:
        killed = killed or Killed()
        wait_until_quiet(product, killed.at)
        found = judge(product, name, mails, stored_before=before, cut_off=killed.sendings)
        table.append(found)
        return found.wrong

    return look


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table."""
    table = config.stash.get(TABLE, [])
    if table:
        terminalreporter.section("mails under faults")
        for line in [HEADINGS, *(outcome.line() for outcome in table)]:
            terminalreporter.write_line(line)
