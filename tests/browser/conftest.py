"""Browser windows onto the running product, with somebody who watches what pages do."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.looks import Look
from tests.browser.scene import Scene, set_up
from tests.browser.watching import Watch
from tests.product import Product

OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[OpenPage]:
    """Open windows of browsers of their own; at the end no page may have misbehaved."""
    watch, contexts = Watch(product.base), list[BrowserContext]()

    def open_window(look: Look = Look()) -> Page:  # noqa: B008  frozen
        context = browser.new_context(base_url=product.base, **look.options())
        context.set_default_timeout(10_000)
        contexts.append(context)
        watch.join(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()
    assert watch.complaints == []


@pytest.fixture(scope="session")
def scene(product: Product) -> Scene:
    """Bring drafts and messages into every state that a page can show."""
    return set_up(product)
