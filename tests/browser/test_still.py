"""Nothing jumps: what can be clicked or typed in stays where it is while a page answers.

The rule: from the first paint on, no layout shift is reported (those within 500 ms of a key count
too), and everything in the window that can be clicked or typed in, and still is there, has the
place in the window that it had before the page answered. Scrolling counts: what matters is where
a hand finds it. Free are only
- what the person opens by a click, before the page is looked at;
- the rows that a search finds, inside their own list (`Update.but`): the person asked for others;
- a page that turns into another one, like "Sending" into what was sent.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.looks import DESK, PHONE, Look
from tests.browser.pieces import in_two_pieces
from tests.browser.scene import BRAM, Scene
from tests.browser.stillness import Still
from tests.browser.updates import UPDATES, Update, Visit, held
from tests.browser.windows import Windows

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
CHANGING = re.compile(r"hx-(get|post|swap-oob)|data-(copy|countdown|passkey)\b|<script\b")
ELSEWHERE = {
    "account/provider.html": "leads on to another page at once",
    "mfa/authenticate.html": "the button of the sign-in page",
    "mfa/webauthn/add_form.html": "the button of the sign-in page",
    "mfa/webauthn/reauthenticate.html": "the button of the sign-in page",
    "mfa/recovery_codes/index.html": "the button of the help page",
    "_messages.html": "swapped in by no page",
    "delivery/_guest_visit.html": "as high for all that it says",
}
LOOKS = [Look("en", DESK), Look("nl", PHONE)]
COVERED = """field => {
  field.focus();
  const box = field.getBoundingClientRect();
  const bar = document.querySelector(".actionbar").getBoundingClientRect();
  return box.top < 0 || box.bottom > bar.top;
}"""


def test_every_template_that_changes_a_page_is_looked_at() -> None:
    changing = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if CHANGING.search(path.read_text())
    }

    looked_at = {name for update in UPDATES for name in update.templates}

    assert changing == looked_at | set(ELSEWHERE)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("update", UPDATES, ids=str)
def test_nothing_moves_while_a_page_answers(
    update: Update, look: Look, scene: Scene, windows: Windows
) -> None:
    page = windows.keep(update.who, look, scene.cookies)
    visit, still = Visit(page, scene, look), Still(page, update.but)
    update.before(visit)
    still.look(since_paint=not update.opens)

    update.change(visit)

    assert still.moved() == []
    windows.watch.forget(update.complaints)


@pytest.mark.browser
@pytest.mark.slow
def test_nothing_moves_while_a_page_arrives_in_pieces(scene: Scene, browser: Browser) -> None:
    whole = scene.product.person().sign_in(BRAM).page
    whole = whole.replace('"/static', f'"{scene.product.base}/static')
    icon = whole[: whole.index("</svg>", whole.index("top__toggle"))] + "</svg>"
    page = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    still = Still(page, arriving=True)

    with in_two_pieces(whole, icon) as address:
        page.goto(address)
        still.look()

    assert still.moved() == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_bar_at_the_bottom_covers_no_field_with_the_focus(
    look: Look, scene: Scene, windows: Windows
) -> None:
    page = windows.keep(BRAM, look, scene.cookies)
    held(Visit(page, scene, look))

    covered = [each.evaluate(COVERED) for each in page.locator("input[type=tel]:visible").all()]

    assert covered == [False] * 3
    assert _gutter_is_kept(page)


def _gutter_is_kept(page: Page) -> bool:
    return bool(page.evaluate("getComputedStyle(document.documentElement).overflowY === 'scroll'"))
