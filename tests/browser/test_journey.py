"""The whole way in a browser: from the link in the notification to a recipient who reads."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import end_undo_time
from tests.browser.conftest import OpenPage
from tests.browser.hands import Hand, Keyboard, Mouse
from tests.browser.looks import DESK, PHONE, Look
from tests.browser.pages import (
    ATTACHMENT,
    CONTENT,
    GuestPages,
    SenderPages,
    html_mail,
    link_named,
    message_link,
)
from tests.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.slow]


@dataclass(frozen=True)
class Way:
    """One way to go, with a number of its own."""

    hand: Callable[[Page], Hand]
    look: Look
    number: str

    def __str__(self) -> str:
        return f"{self.hand.__name__.lower()}-{self.look}"

    @property
    def address(self) -> str:
        """A recipient whom nobody knows yet."""
        return f"els{self.number[-2:]}@guests.example"


WAYS = [
    Way(Mouse, Look("en", DESK), "+31636363621"),
    Way(Mouse, Look("nl", PHONE), "+31636363622"),
    Way(Keyboard, Look("nl", DESK), "+31636363623"),
    Way(Keyboard, Look("en", PHONE, "dark"), "+31636363624"),
    Way(Mouse, Look("en", DESK, scripts=False), "+31636363625"),
]


def open_draft(way: Way, product: Product, page: Page, subject: str) -> SenderPages:
    """Send a mail, click the link in the notification, sign in."""
    sender = SenderPages(page, way.hand(page), way.look.language)
    people = ("jan@example.nl", way.address)
    mail = html_mail(subject, *people, sender=sender.email)
    product.send(mail, *people, login=sender.email)
    notice = product.wait_for_mail(sender.email, subject)
    page.goto(link_named(page, notice, sender.words.finish))
    sender.sign_in()
    return sender


def open_message(way: Way, product: Product, page: Page) -> GuestPages:
    """Click the link in the mail, have a code sent, and open the message with it."""
    guest = GuestPages(page, way.hand(page), way.look.language)
    mail = product.relay.to(way.address)[-1]
    page.goto(message_link(page, mail))
    guest.ask_for_code()
    guest.open_with(product.wait_for_sms(way.number))
    return guest


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_held_mail_is_finished_sent_and_read(
    way: Way, product: Product, open_page: OpenPage
) -> None:
    sender = open_draft(way, product, open_page(way.look), str(way))
    expect(sender.needing).to_have_count(1)
    expect(sender.needing).to_contain_text(way.address)
    expect(sender.number_of(way.address)).to_be_focused()

    sender.hand.fill(sender.number_of(way.address), f"0{way.number[3:]}")
    sender.hand.send(sender.send_button)
    expect(sender.undo_button).to_be_visible()
    before = product.relay.to(way.address)
    end_undo_time(product)
    product.wait_for_mail(way.address, "")
    guest = open_message(way, product, open_page(way.look))

    expect(guest.frame.get_by_text("The results are in.")).to_be_visible()
    assert (before, guest.download(ATTACHMENT)) == ([], CONTENT)


def test_a_sent_mail_can_be_taken_back(product: Product, open_page: OpenPage) -> None:
    way = Way(Mouse, Look(), "+31636363626")
    sender = open_draft(way, product, open_page(), "taken back")
    sender.hand.fill(sender.number_of(way.address), way.number)
    sender.hand.send(sender.send_button)

    sender.hand.press(sender.undo_button)

    expect(sender.send_button).to_be_visible()
    expect(sender.needing).to_have_count(0)
    assert product.relay.to(way.address) == []


def test_the_page_follows_the_mail_until_it_is_sent(product: Product, open_page: OpenPage) -> None:
    way = Way(Keyboard, Look(), "+31636363627")
    sender = open_draft(way, product, open_page(), "followed")
    sender.hand.fill(sender.number_of(way.address), way.number)
    sender.hand.send(sender.send_button)
    expect(sender.undo_button).to_be_focused()

    end_undo_time(product)

    expect(sender.heading).to_have_text("followed")
    expect(sender.page.get_by_role("list").first).to_contain_text(way.address)
