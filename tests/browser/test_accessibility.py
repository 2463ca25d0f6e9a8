"""Every page in every state: for everybody to use, on the smallest phone, and quiet."""

import pytest

from tests.browser.eyes import check_for_everybody
from tests.browser.looks import DESK, SMALLEST, Look
from tests.browser.places import PLACES, Place
from tests.browser.scene import Scene
from tests.browser.windows import Windows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOOKS = [Look("en", DESK, "light"), Look("nl", SMALLEST, "dark")]


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_page_is_accessible_and_fits(
    place: Place, look: Look, scene: Scene, windows: Windows
) -> None:
    page = windows.keep(place.who, look, scene.cookies)

    place.go(page, scene, look)

    check_for_everybody(page, look)
