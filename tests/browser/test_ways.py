"""Other ways through the pages: address book, access code, several recipients, wrong number."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import end_undo_time
from tests.browser.conftest import OpenPage
from tests.browser.hands import Keyboard, Mouse
from tests.browser.looks import Look
from tests.browser.pages import (
    WORDS,
    GuestPages,
    SenderPages,
    link_named,
    message_link,
)
from tests.browser.scene import CARLA
from tests.product import Product, a_mail, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def finish(product: Product, sender: SenderPages, subject: str, *people: str) -> None:
    """Send a mail, click the link in the notification, sign in."""
    product.send(a_mail(subject, *people, sender=sender.email), *people, login=sender.email)
    notice = product.wait_for_mail(sender.email, subject)
    sender.page.goto(link_named(sender.page, notice, sender.words.finish))
    sender.sign_in()


def send_now(product: Product, sender: SenderPages) -> None:
    """Send, and let the time to undo pass."""
    sender.hand.send(sender.send_button)
    expect(sender.undo_button).to_be_visible()
    end_undo_time(product)


def guest_of(product: Product, page: Page, address: str) -> GuestPages:
    """Return a recipient at the page that the mail leads to."""
    page.goto(message_link(page, product.wait_for_mail(address, "Bram")))
    return GuestPages(page, Mouse(page))


def received(product: Product, people: list[str]) -> list[int]:
    """Return how many mails each of these people got."""
    return [len(product.relay.to(address)) for address in people]


def test_without_web_sending_the_address_book_sends(product: Product, open_page: OpenPage) -> None:
    address = "els@book.example"
    page = open_page(Look("nl"))
    sender = SenderPages(page, Mouse(page), "nl", CARLA)
    finish(product, sender, "by the book", "jan@example.nl", address)
    expect(sender.send_button).to_have_count(0)
    expect(page.locator("main").get_by_role("textbox")).to_have_count(0)

    sender.needing.get_by_role("link").click()
    expect(page.locator("[name=address]")).to_have_value(address)
    sender.number_of(address).fill("06 36 36 36 30")
    page.locator("[data-submit]").click()

    product.wait_for_mail(address, "Carla")
    expect(sender.heading).to_have_text("by the book")


def test_a_guest_opens_a_message_with_an_access_code(product: Product, open_page: OpenPage) -> None:
    address, page = "els@code.example", open_page()
    sender = SenderPages(page, Mouse(page))
    finish(product, sender, "with a code", address)
    sender.choose_code(address, "wilgenlaan 83", hint="Your old street")
    send_now(product, sender)

    guest = guest_of(product, open_page(), address)
    expect(guest.page.locator("main")).to_contain_text("Your old street")
    guest.open_with("lindelaan 83", guest.words.access_code)
    expect(guest.page.locator("main")).to_contain_text("You can try 4 more times")
    guest.page.locator("[name=code]").clear()
    guest.open_with("Wilgenlaan 83", guest.words.access_code)

    expect(guest.page.locator("main")).to_contain_text("The results.")


def test_five_recipients_are_filled_in_and_each_gets_one_mail(
    product: Product, open_page: OpenPage
) -> None:
    people = [f"nr{number}@five.example" for number in range(1, 6)]
    page = open_page()
    sender = SenderPages(page, Keyboard(page))
    finish(product, sender, "to five", *people)
    expect(sender.needing).to_have_count(5)
    sender.fill_numbers(people[:4], "+316363635")
    sender.hand.send(sender.send_button)

    expect(sender.needing).to_have_count(1)
    expect(sender.number_of(people[4])).to_be_focused()
    before = received(product, people)
    sender.fill_numbers(people[4:], "+316363636")
    send_now(product, sender)
    wait_for("a mail to each", lambda: all(received(product, people)))
    assert (before, received(product, people)) == ([0] * 5, [1] * 5)


def test_a_double_click_sends_once(product: Product, open_page: OpenPage) -> None:
    address, page = "els@double.example", open_page()
    sender = SenderPages(page, Mouse(page))
    finish(product, sender, "double click", address)
    sender.number_of(address).fill("06 36 36 36 45")

    sender.send_button.dblclick()
    expect(sender.undo_button).to_be_visible()
    end_undo_time(product)
    product.wait_for_mail(address, "Bram")
    expect(sender.heading).to_have_text("double click")

    assert len(product.relay.to(address)) == 1


def test_a_guest_says_that_the_number_is_wrong(product: Product, open_page: OpenPage) -> None:
    address, page = "els@wrong.example", open_page()
    sender = SenderPages(page, Mouse(page))
    finish(product, sender, "wrong number", address)
    sender.number_of(address).fill("06 36 36 36 46")
    send_now(product, sender)
    guest = guest_of(product, open_page(Look("nl")), address)

    guest.page.get_by_role("button", name=WORDS["nl"].wrong_number).click()
    guest.page.get_by_label(WORDS["nl"].own_address).fill(address)
    guest.page.get_by_role("button", name=WORDS["nl"].wrong_number).click()

    product.wait_for_mail(sender.email, "number")
    page.reload()
    expect(page.locator(".recipient--needs")).to_contain_text(address)
