"""A page as people see it who read it aloud, zoom in, or have a few strong colours of their own."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.looks import DESK, Look

# WCAG 2.2's size of targets is the one rule that axe leaves out by itself. The frames hold what
# senders wrote, so they are looked at from outside alone.
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "iframes": False,
    "rules": {"target-size": {"enabled": True}},
}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
MOVING = "document.getAnimations().filter(each => each.playState === 'running').length"
ZOOMED = {DESK: (640, 400)}  # at 200 %; the smallest phone is zoomed already
_AXE = Axe()


def check(page: Page) -> None:
    """Find nothing that keeps somebody from using the page as it is now."""
    result = _AXE.run(page, options=OPTIONS)
    assert result.response["violations"] == [], result.generate_report()
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(MOVING) == 0


def check_for_everybody(page: Page, look: Look) -> None:
    """Check the page as it is now, then zoomed in and in forced colours."""
    check(page)
    page.emulate_media(forced_colors="active")
    _resize(page, ZOOMED.get(look.window, look.window))
    check(page)
    page.emulate_media(forced_colors="none")
    _resize(page, look.window)


def _resize(page: Page, window: tuple[int, int]) -> None:
    width, height = window
    page.set_viewport_size({"width": width, "height": height})
