"""Browser windows onto the product, each in a browser of its own, with somebody who watches."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looks import Look
from tests.browser.watching import Watch

PATIENCE = 30_000  # milliseconds
ON_A_DESK = Look()


class Windows:
    """Opens windows, and keeps those that are used again."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.watch = Watch(base)
        expect.set_options(timeout=PATIENCE)
        self.contexts: list[BrowserContext] = []
        self.kept: dict[tuple[str, Look], Page] = {}

    def open(self, look: Look = ON_A_DESK) -> Page:
        """Open a window."""
        context = self.browser.new_context(base_url=self.base, **look.options())
        context.set_default_timeout(PATIENCE)
        self.watch.join(context)
        self.contexts.append(context)
        return context.new_page()

    def keep(self, who: str, look: Look, cookies: Callable[[str, str], list[Any]]) -> Page:
        """Return the window that this person keeps open; its cookies are set once."""
        if (who, look) not in self.kept:
            page = self.kept[who, look] = self.open(look)
            page.context.add_cookies(cookies(who, look.language))
        return self.kept[who, look]

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()
