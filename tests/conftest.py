"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from tests.plugins import chromium
from tests.product import Product, running_product


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the Chromium that was found, headless unless `--headed` asks otherwise."""
    found = {"executable_path": str(chromium.find()), "args": list(chromium.FLAGS)}
    return browser_type_launch_args | found


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Run the whole product, on an empty database of its own."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running
