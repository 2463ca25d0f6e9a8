"""What every test may ask for."""

import pytest

from tests.plugins import chromium


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start the Chromium that was found, headless unless `--headed` asks otherwise."""
    found = {"executable_path": str(chromium.find()), "args": list(chromium.FLAGS)}
    return browser_type_launch_args | found
