"""Finds a Chromium for the browser tests, puts them last, and says it when there is none.

`python -m tests.plugins.chromium` installs one where that is possible.
"""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import playwright
import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip
# Playwright's own program, which all tests in a browser need; it needs libatomic.
DRIVER = Path(playwright.__file__).parent / "driver" / "node"
PACKAGES = ("chromium", "libatomic1")
NONE = (
    "no Chromium: browser tests are SKIPPED"
    f" (install {' and '.join(PACKAGES)}, or set ZIVWEB_TEST_CHROMIUM)"
)
SKIPPED = pytest.StashKey[int]()


@functools.cache
def find() -> Path | None:
    """Return the system's Chromium, else Playwright's own; None where none can be driven."""
    if not _starts(DRIVER):
        return None
    given = os.environ.get("ZIVWEB_TEST_CHROMIUM")
    if given:
        return Path(given)
    for program in map(shutil.which, NAMES):
        if program and _starts(program):
            return Path(program)
    with sync_playwright() as driver:
        own = Path(driver.chromium.executable_path)
    return own if own.exists() else None


def _starts(program: str | Path) -> bool:
    """Tell a program from one that lacks a library, or only says how to install it."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0


def label() -> str:
    """Return which Chromium the tests use."""
    return f"Chromium {find() or 'none'}"


def install() -> None:
    """Install Chromium by the means this machine has; finding none is no error."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES])
        find.cache_clear()
    if not find():
        _try([sys.executable, "-m", "playwright", "install", "chromium"])
    find.cache_clear()


def _try(command: list[str]) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the fast tests first and those in a browser last; skip these when there is none."""
    items.sort(key=_rank)
    browser = [item for item in items if item.get_closest_marker("browser")]
    if not browser or find():
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError("REQUIRE_BROWSER=1, but there is no Chromium")
    config.stash[SKIPPED] = len(browser)
    for item in browser:
        item.add_marker(pytest.mark.skip(reason="no Chromium"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End with a line that nobody can miss."""
    if config.stash.get(SKIPPED, 0):
        sys.stdout.write(f"\n{config.stash[SKIPPED]} tests not run, {NONE}\n")


def _rank(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        return 2
    return int(any(item.get_closest_marker(name) for name in ("journey", "races", "slow")))


if __name__ == "__main__":
    if not find():
        install()
    sys.stdout.write(f"{label()}\n")
