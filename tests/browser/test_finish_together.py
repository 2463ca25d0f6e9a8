"""The finish page of two people, of a draft that is split, and for eyes and hands of all kinds."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import end_undo_time, rewrite
from tests.browser.conftest import OpenPage
from tests.browser.eyes import check, check_for_everybody
from tests.browser.hands import Mouse
from tests.browser.looks import SMALLEST, Look
from tests.browser.pages import SenderPages
from tests.browser.test_finish_page import NO_SCRIPTS, held
from tests.product import Product, a_mail, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

POLICY = "UPDATE accounts_organization SET policy_data = %s WHERE name = 'Zorggroep Zilverlinde'"
SWITCHES = '{"organization_book": "edit", "keep_signed_in_days": 30'
KNOWN = "jan@example.nl"
COLLEAGUE = "anna@zorg.example"
FOCUS = "getComputedStyle(document.activeElement).outlineStyle"
TARGETS = """links => links.map(link => link.getAttribute('href'))
    .every(target => document.querySelector(target))"""


@pytest.fixture
def splitting(product: Product) -> Iterator[None]:
    """Let the organization allow that a draft is split."""
    rewrite(product, POLICY, SWITCHES + ', "splitting": true}')
    yield
    rewrite(product, POLICY, SWITCHES + "}")


# --- "send to the ready ones now" -----------------------------------------------------------------


def split(product: Product, page: Page, look: Look, ready: str, waits: str) -> SenderPages:
    """Hold a mail to both, and have it sent to the one who is ready."""
    sender = held(product, page, f"split {look}", ready, waits)
    sender.number_of(ready).fill("06 36 36 37 61")
    sender.send_button.click()
    expect(sender.needing).to_have_count(1)
    page.get_by_role("button", name="Send to the 1 who is ready").click()
    expect(sender.undo_button).to_be_visible()
    expect(page.get_by_role("link", name="See who waits")).to_be_visible()
    return sender


@pytest.mark.usefixtures("splitting")
@pytest.mark.parametrize("look", [Look(), NO_SCRIPTS], ids=str)
def test_the_ready_ones_get_it_now_and_it_says_who_waits(
    product: Product, open_page: OpenPage, look: Look
) -> None:
    ready, waits = f"ready{look}@split.example", f"waits{look}@split.example"
    sender = split(product, open_page(look), look, ready, waits)

    end_undo_time(product)
    wait_for("the mail", lambda: product.relay.to(ready))
    sender.page.goto("/?q=split.example")
    sender.page.locator("a.row").filter(has_text=f"split {look}").click()

    expect(sender.needing).to_contain_text(waits)
    assert (len(product.relay.to(ready)), product.relay.to(waits)) == (1, [])


@pytest.mark.usefixtures("splitting")
@pytest.mark.parametrize("look", [Look("en", SMALLEST), Look("en", scheme="dark")], ids=str)
def test_a_draft_that_is_split_is_for_everybody(
    product: Product, open_page: OpenPage, look: Look
) -> None:
    page = open_page(look)

    split(product, page, look, f"now{look}@split.example", f"later{look}@split.example")

    check_for_everybody(page, look)


# --- two people -----------------------------------------------------------------------------------


def shared_with_colleague(product: Product, first: SenderPages, second: SenderPages) -> None:
    """Hand the draft over to a colleague, who opens it."""
    page = first.page
    page.get_by_text("Let a colleague finish it").click()
    page.locator("#colleague").fill(COLLEAGUE)
    page.get_by_role("button", name="Ask this colleague").click()
    second.page.goto("/")
    second.sign_in()
    expect(second.heading).to_be_visible()
    second.page.goto(page.url)


def test_two_people_see_each_others_changes_and_lose_nothing(
    product: Product, open_page: OpenPage
) -> None:
    people = ["els@twopeople.example", "jan@twopeople.example"]
    first = held(product, open_page(), "two people", *people)
    second = SenderPages(page := open_page(), Mouse(page), "nl", COLLEAGUE)
    shared_with_colleague(product, first, second)
    expect(second.needing).to_have_count(2)
    second.number_of(people[0]).fill("06 36 36")

    first.number_of(people[1]).fill("06 36 36 37 71")
    first.number_of(people[1]).press("Enter")
    expect(first.page.locator(".saved, .recipient--ready").first).to_be_visible()
    second.needing.nth(1).wait_for(state="detached")

    assert second.page.locator("#watch").get_attribute("hx-trigger") == "every 2s"
    expect(second.number_of(people[0])).to_have_value("06 36 36")


# --- one walk through the states, for everybody ---------------------------------------------------


def refused(page: Page) -> None:
    """Send with a landline: the summary leads to what is wrong."""
    page.locator(".recipient--needs input[type=tel]").first.fill("020 123 4567")
    page.locator("[data-submit]").dispatch_event("click")  # paper shows no buttons
    links = page.locator("[role=alert] a")
    expect(links).to_have_count(2)
    assert links.evaluate_all(TARGETS)
    check(page)


def overtaken(page: Page) -> None:
    """Send from a page that somebody else was faster than."""
    page.locator("[name$=-seen]").first.evaluate("field => { field.value = 'older'; }")
    page.locator(".recipient--needs input[type=tel]").first.fill("06 36 36 37 81")
    page.locator("[data-submit]").dispatch_event("click")  # paper shows no buttons
    page.locator(".recipient__saved .field__errors").first.wait_for()
    check(page)


def changed(page: Page) -> None:
    """Open the fields of a recipient who is ready, and see the focus."""
    page.locator(".recipient--ready > details > summary").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "solid"
    check(page)


def put_away(page: Page) -> None:
    """Discard the draft: it can be brought back."""
    page.locator("[formaction$='/discard/']").dispatch_event("click")
    page.locator("main form[action$='/restore/']").wait_for(state="attached")
    check(page)


def given_up(page: Page) -> None:
    """Look at a draft that could not be worked on, time after time."""
    page.locator("main form[action$='/retry/']").wait_for(state="attached")
    check(page)


LOOKS = {
    "zoomed": (Look("en", (640, 400)), {"media": "screen"}),
    "smallest": (Look("nl", SMALLEST, "dark"), {"media": "screen"}),
    "forced-colors": (Look("en"), {"forced_colors": "active"}),
    "print": (Look("nl"), {"media": "print"}),
}


@pytest.mark.parametrize("name", LOOKS)
def test_every_state_is_for_everybody(product: Product, open_page: OpenPage, name: str) -> None:
    look, media = LOOKS[name]
    page = open_page(look)
    sender = SenderPages(page, Mouse(page), look.language)
    people = (f"els-{name}@walk.example", f"jan-{name}@walk.example", KNOWN)
    draft = held_by(product, sender, f"walk {name}", *people)
    page.emulate_media(**media)  # type: ignore[arg-type]
    check(page)

    walk(page, draft, changed, refused, overtaken)
    walk_around(page, "/help/", f"/drafts/together/?address={people[1]}")
    walk(page, draft, put_away)
    give_up(product, int(draft.split("/")[-2]))
    walk(page, draft, given_up)
    walk_around(page, "/")


def held_by(product: Product, sender: SenderPages, subject: str, *people: str) -> str:
    """Hold a mail of the person who reads this look's language; return its address."""
    mail = a_mail(subject, *people, sender=sender.email)
    product.send(mail, *people, login=sender.email)
    product.wait_for_mail(sender.email, subject)
    sender.page.goto("/")
    sender.sign_in()
    sender.page.locator("a.row").filter(has_text=subject).click()
    expect(sender.needing).to_have_count(2)
    return sender.page.url


def walk(page: Page, draft: str, *steps: Callable[[Page], None]) -> None:
    """Go through the states one after the other, each from the draft's page."""
    for step in steps:
        page.goto(draft)
        step(page)


def give_up(product: Product, draft: int) -> None:
    """Let a draft be one that could not be worked on, time after time."""
    statement = "UPDATE drafts_draft SET state = 'received', attempts = 9 WHERE id = %s"
    rewrite(product, statement, draft)


def walk_around(page: Page, *paths: str) -> None:
    """Look at the pages beside the draft."""
    for path in paths:
        page.goto(path)
        assert page.url.endswith(path)
        check(page)
