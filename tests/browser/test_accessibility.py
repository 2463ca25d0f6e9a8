"""Every page in every state: for everybody to use, on the smallest phone, and quiet."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.looks import DESK, SMALLEST, Look
from tests.browser.places import PLACES, Place
from tests.browser.scene import Scene
from tests.browser.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS = [Look("en", DESK, "light"), Look("nl", SMALLEST, "dark")]
# WCAG 2.2's size of targets is the one rule that axe leaves out by itself. The frames hold what
# senders wrote, so they are looked at from outside alone.
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "iframes": False,
    "rules": {"target-size": {"enabled": True}},
}
AXE = Axe()
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_page_is_accessible_and_fits(
    place: Place, look: Look, scene: Scene, windows: Windows
) -> None:
    page = windows.keep(place.who, look, scene.cookies)

    place.go(page, scene, look)
    result = AXE.run(page, options=OPTIONS)

    assert result.response["violations"] == [], result.generate_report()
    assert page.evaluate(OVERFLOW) <= 0
