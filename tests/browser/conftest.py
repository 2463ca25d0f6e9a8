"""Browser windows onto the running product, and the scene that they look at."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.scene import Scene, set_up
from tests.browser.windows import Windows
from tests.product import Product

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[OpenPage]:
    """Open windows; at the end no page may have misbehaved."""
    windows = Windows(browser, product.base)
    yield windows.open
    windows.close()
    assert windows.watch.complaints == []


@pytest.fixture(scope="session")
def scene(product: Product) -> Scene:
    """Bring drafts and messages into every state that a page can show."""
    return set_up(product)


@pytest.fixture(scope="session")
def kept_windows(browser: Browser, product: Product) -> Iterator[Windows]:
    """Keep a window for every person and look."""
    windows = Windows(browser, product.base)
    yield windows
    windows.close()


@pytest.fixture
def windows(kept_windows: Windows) -> Iterator[Windows]:
    """Lend the kept windows; at the end no page may have misbehaved."""
    yield kept_windows
    complaints = list(kept_windows.watch.complaints)
    kept_windows.watch.complaints.clear()
    assert complaints == []
