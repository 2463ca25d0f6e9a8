"""The finish page by keyboard alone, with the steps counted; by two people; and without scripts."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import end_undo_time
from tests.browser.conftest import OpenPage
from tests.browser.eyes import check_for_everybody
from tests.browser.hands import Mouse
from tests.browser.looks import SMALLEST, Look
from tests.browser.pages import SENDERS, SenderPages, link_named
from tests.product import Product, a_mail, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BRAM = SENDERS["en"]
NO_SCRIPTS = Look(scripts=False)


@dataclass
class Steps:
    """Counts what a person does, and does it by the keyboard alone after the click in the mail."""

    page: Page
    clicks: int = 0
    typed: int = 0
    pastes: int = 0
    keys: int = 0

    def click_in_mail(self, link: str) -> None:
        """Open the link of the mail."""
        self.clicks += 1
        self.page.goto(link)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.typed += 1
        self.page.keyboard.type(text)

    def paste(self, text: str) -> None:
        """Paste into what has the focus."""
        self.pastes += 1
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+V")

    def press(self, key: str) -> None:
        """Press a key."""
        self.keys += 1
        self.page.keyboard.press(key)

    def __str__(self) -> str:
        return (
            f"{self.clicks} click in the mail, {self.typed} number typed, "
            f"{self.pastes} list pasted, {self.keys} key combination"
        )


def signed_in(product: Product, page: Page) -> SenderPages:
    """Return a sender who is signed in already."""
    sender = SenderPages(page, Mouse(page))
    page.goto("/")
    sender.sign_in()
    expect(sender.heading).to_be_visible()
    return sender


def finish_link(product: Product, page: Page, subject: str, *people: str) -> str:
    """Send a mail, and return the link of the notification."""
    product.send(a_mail(subject, *people, sender=BRAM), *people, login=BRAM)
    page.goto("about:blank")  # a mail client has no policy of ours
    return link_named(page, product.wait_for_mail(BRAM, subject), "Finish sending your email")


def held(product: Product, page: Page, subject: str, *people: str) -> SenderPages:
    """Return a sender who looks at a draft."""
    sender = signed_in(product, page)
    page.goto(finish_link(product, page, subject, *people))
    expect(sender.needing).to_have_count(len(people))
    return sender


def sent_once(product: Product, people: list[str]) -> None:
    """Wait until everybody has one mail."""
    end_undo_time(product)
    wait_for("a mail to each", lambda: all(product.relay.to(each) for each in people))
    assert [len(product.relay.to(each)) for each in people] == [1] * len(people)


# --- the steps are counted ------------------------------------------------------------------------


def test_one_missing_number_takes_a_click_a_number_and_a_key(
    product: Product, open_page: OpenPage
) -> None:
    people, page = ["els@onestep.example"], open_page()
    sender = signed_in(product, page)
    link, steps = finish_link(product, page, "one step", *people), Steps(page)

    steps.click_in_mail(link)
    steps.type("06 36 36 37 01")
    steps.press("Control+Enter")

    expect(sender.undo_button).to_be_visible()
    sent_once(product, people)
    print(f"\none missing number: {steps}")  # noqa: T201  what was counted is the result
    assert (steps.clicks, steps.typed, steps.pastes, steps.keys) == (1, 1, 0, 1)


def test_five_missing_numbers_take_a_click_a_list_and_a_key(
    product: Product, open_page: OpenPage
) -> None:
    people, page = [f"nr{number}@fivesteps.example" for number in range(5)], open_page()
    sender = signed_in(product, page)
    link, steps = finish_link(product, page, "five steps", *people), Steps(page)
    rows = [f"{each}\t06-3636371{number}" for number, each in enumerate(people)]

    steps.click_in_mail(link)
    steps.paste("\n".join(reversed(rows)))
    expect(sender.needing).to_have_count(0)
    steps.press("Control+Enter")

    expect(sender.undo_button).to_be_visible()
    sent_once(product, people)
    print(f"\nfive missing numbers: {steps}")  # noqa: T201  what was counted is the result
    assert (steps.clicks, steps.typed, steps.pastes, steps.keys) == (1, 0, 1, 1)


# --- two windows on one draft ---------------------------------------------------------------------


def test_two_windows_cannot_send_twice_and_lose_nothing(
    product: Product, open_page: OpenPage
) -> None:
    people = ["els@twice.example"]
    first = held(product, open_page(NO_SCRIPTS), "twice", *people)
    second = signed_in(product, open_page(NO_SCRIPTS))
    second.page.goto(first.page.url)
    first.number_of(people[0]).fill("06 36 36 37 31")
    second.number_of(people[0]).fill("06 36 36 37 32")

    first.send_button.click()
    second.send_button.click()

    expect(second.page.locator("main")).to_contain_text("changed while your page was open")
    sent_once(product, people)


# --- without scripts ------------------------------------------------------------------------------


@pytest.fixture
def plain(product: Product, open_page: OpenPage) -> Callable[..., SenderPages]:
    """Hold a mail, and show it in a browser without scripts."""

    def show(subject: str, *people: str) -> SenderPages:
        return held(product, open_page(NO_SCRIPTS), subject, *people)

    return show


def test_without_scripts_numbers_and_codes_are_filled_in(
    plain: Callable[..., SenderPages],
) -> None:
    sender = plain("plain fields", "els@plain.example", "jan@plain.example")
    sender.number_of("els@plain.example").fill("06 36 36 37 41")
    sender.choose_code("jan@plain.example", "wilgenlaan 83", "Your street")

    sender.send_button.click()

    expect(sender.undo_button).to_be_visible()


def test_without_scripts_a_list_is_pasted_and_taken_back(
    plain: Callable[..., SenderPages],
) -> None:
    people = ["els@plainlist.example", "jan@plainlist.example"]
    sender = plain("plain list", *people)
    sender.page.get_by_text("Paste a list").click()
    sender.page.locator("#list").fill("\n".join(f"{each} 0636363742" for each in people))
    sender.page.get_by_role("button", name="Fill in", exact=True).click()
    expect(sender.needing).to_have_count(0)

    sender.page.get_by_role("button", name="Undo").click()

    expect(sender.needing).to_have_count(2)


def test_without_scripts_a_suggestion_is_accepted(plain: Callable[..., SenderPages]) -> None:
    sender = plain("plain offer", "jan@exmaple.nl")

    sender.page.get_by_role("button", name="Send to jan@example.nl").click()

    expect(sender.needing).to_have_count(0)
    expect(sender.page.locator(".recipient--ready")).to_contain_text("jan@example.nl")


def test_without_scripts_a_number_is_kept_in_contacts(plain: Callable[..., SenderPages]) -> None:
    address = "els@plainkeep.example"
    sender = plain("plain keep", address, "jan@plainkeep.example")
    sender.number_of(address).fill("06 36 36 37 43")
    sender.send_button.click()

    sender.page.get_by_role("button", name=f"Save {address} in my contacts now").click()

    expect(sender.page.locator("main")).to_contain_text("is in your contacts now")


def test_without_scripts_a_recipient_is_removed(plain: Callable[..., SenderPages]) -> None:
    sender = plain("plain remove", "els@plainremove.example", "jan@plainremove.example")

    sender.needing.first.get_by_role("button", name="Do not send to").click()

    expect(sender.needing).to_have_count(1)


def test_without_scripts_a_draft_is_discarded_and_brought_back(
    plain: Callable[..., SenderPages],
) -> None:
    sender = plain("plain discard", "els@plaindiscard.example")
    sender.page.get_by_role("button", name="Discard").click()

    sender.undo_button.click()

    expect(sender.needing).to_have_count(1)


def test_without_scripts_sending_is_undone(plain: Callable[..., SenderPages]) -> None:
    sender = plain("plain undo", "els@plainundo.example")
    sender.number_of("els@plainundo.example").fill("06 36 36 37 44")
    sender.send_button.click()

    sender.undo_button.click()

    expect(sender.send_button).to_be_visible()


def test_without_scripts_several_drafts_are_filled_in_at_once(
    product: Product, plain: Callable[..., SenderPages]
) -> None:
    address = "els@plaintogether.example"
    sender = plain("plain together", address)
    finish_link(product, sender.page, "plain companion", address)
    sender.page.goto(f"/drafts/together/?address={address}")
    sender.number_of(address).fill("06 36 36 37 45")
    sender.page.get_by_role("button", name="Fill in everywhere").click()

    sender.page.get_by_role("button", name="Send the 2 that are ready").click()

    expect(sender.page.locator("main")).to_contain_text("2 emails go out in ten seconds")


# --- states that only a person at the page makes --------------------------------------------------


def pasted(page: Page) -> None:
    """Paste a list with a line that fits nobody."""
    page.locator(".paste summary").click()
    page.locator("#list").fill("nr0@states.example 0636363751\nsomebody else 12")
    page.locator("[data-paste]").click()
    page.locator(".banner--done").first.wait_for()


def offered(page: Page) -> None:
    """Look at a near-identical address."""
    page.locator("[data-offer]").first.wait_for()


def keys_open(page: Page) -> None:
    """Open the list of keys."""
    page.locator("main h1").click()
    page.keyboard.press("?")
    page.locator("#keys").wait_for(state="visible")


def saved(page: Page) -> None:
    """Type a number, and see it saved."""
    page.locator(".recipient--needs input[type=tel]").last.fill("06 36 36 37 52")
    page.locator(".recipient__saved").last.locator("*").first.wait_for()


@pytest.mark.parametrize("look", [Look(), Look("nl", SMALLEST, "dark")], ids=str)
@pytest.mark.parametrize("go", [offered, saved, keys_open, pasted], ids=lambda go: go.__name__)
def test_state_is_accessible_and_fits(
    product: Product, open_page: OpenPage, go: Callable[[Page], None], look: Look
) -> None:
    page = open_page()
    people = ("nr0@states.example", "jan@exmaple.nl", "nr1@states.example")
    sender = held(product, page, f"{go.__name__} {look}", *people)
    window = open_page(look)
    session = next(each for each in page.context.cookies() if each["name"] == "session")
    window.context.add_cookies(
        [{"name": "session", "value": session["value"], "url": product.base}]
    )
    window.goto(sender.page.url)

    go(window)

    check_for_everybody(window, look)


@pytest.mark.parametrize("look", [Look(), Look("nl", SMALLEST, "dark")], ids=str)
@pytest.mark.parametrize(
    "path", ["/drafts/together/?address=els@several.example", "/", "/?q=nobody&which=needs"]
)
def test_pages_of_several_drafts_are_accessible_and_fit(
    product: Product, open_page: OpenPage, path: str, look: Look
) -> None:
    page, address = open_page(look), "els@several.example"
    signed_in(product, page)
    finish_link(product, page, f"one of several {look} {path}", address)
    finish_link(product, page, f"another of several {look} {path}", address)

    page.goto(path)

    check_for_everybody(page, look)


@pytest.mark.parametrize("look", [Look(), Look("nl", SMALLEST, "dark")], ids=str)
def test_signing_in_by_a_mailed_code_is_accessible_and_fits(
    product: Product, open_page: OpenPage, look: Look
) -> None:
    page = open_page(look)
    page.goto("/account/login/")
    page.locator("[name=login]").fill(SENDERS[look.language])
    page.locator("button[formaction]").click()
    page.locator("[name=code]").wait_for()

    check_for_everybody(page, look)
