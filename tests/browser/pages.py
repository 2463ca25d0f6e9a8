"""The pages as people know them: fields and buttons by the names that are read aloud."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page

from tests.browser.hands import Hand
from tests.product import a_mail

ATTACHMENT, CONTENT = "results 2026.bin", bytes(range(256)) * 64 + b"\r\n.\r\n\n\r"
SENDERS = {"en": "bram@zorg.example", "nl": "anna@zorg.example"}


@dataclass(frozen=True)
class Words:
    """The labels that people and screen readers find."""

    finish: str
    number: str
    access_code: str
    send: str
    undo: str
    send_code: str
    code: str
    open_message: str
    wrong_number: str
    own_address: str


WORDS = {
    "en": Words(
        "Finish sending your email", "Mobile number", "Access code", "Send", "Undo",
        "Send code", "Code", "Open message", "This is not my number",
        "Your own email address",
    ),
    "nl": Words(
        "Voltooi het verzenden van uw email", "Mobiel nummer", "Toegangscode", "Verzenden",
        "Ongedaan maken", "Code versturen", "Code", "Bericht openen", "Dit is niet mijn nummer",
        "Uw e-mailadres",
    ),
}  # fmt: skip


def html_mail(subject: str, *recipients: str, sender: str) -> EmailMessage:
    """Return a mail with text, HTML that tries to reach another house, and a file."""
    mail = a_mail(subject, *recipients, sender=sender)
    mail.add_alternative(
        "<p>The <b>results</b> are in.</p><script>fetch('https://spy.example')</script>"
        "<img src='https://spy.example/pixel.png' alt=''>",
        subtype="html",
    )
    mail.add_attachment(CONTENT, "application", "octet-stream", filename=ATTACHMENT)
    return mail


def link_named(page: Page, mail: EmailMessage, name: str) -> str:
    """Return where a link of a mail leads, as a mail client shows the mail."""
    body = mail.get_body(("html",))
    assert body is not None
    page.set_content(body.get_content())
    link = page.get_by_role("link", name=name).first.get_attribute("href")
    assert link
    return link


def message_link(page: Page, mail: EmailMessage) -> str:
    """Return where the mail to a recipient leads."""
    return link_named(page, mail, "/m/")


@dataclass
class SenderPages:
    """What a sender sees and does."""

    page: Page
    hand: Hand
    language: str = "en"
    email: str = ""

    def __post_init__(self) -> None:
        self.email = self.email or SENDERS[self.language]

    @cached_property
    def words(self) -> Words:
        """The labels in this person's language."""
        return WORDS[self.language]

    def sign_in(self) -> None:
        """Sign in on the page that asks for it."""
        self.hand.fill(self.page.locator("[name=login]"), self.email)
        self.hand.fill(self.page.locator("[name=password]"), "demo")
        self.hand.press(self.page.locator("main form button[type=submit]"))

    @property
    def heading(self) -> Locator:
        """The first line of the page."""
        return self.page.get_by_role("heading", level=1)

    @property
    def needing(self) -> Locator:
        """The recipients that are highlighted."""
        return self.page.locator(".recipient--needs")

    @property
    def send_button(self) -> Locator:
        """Send."""
        return self.page.get_by_role("button", name=self.words.send, exact=True)

    @property
    def undo_button(self) -> Locator:
        """Undo."""
        return self.page.get_by_role("button", name=self.words.undo)

    def field(self, label: str, address: str) -> Locator:
        """Return a recipient's field, found by its whole accessible name."""
        name = re.compile(rf"^{label} {re.escape(address)}$")
        return self.page.get_by_role("textbox", name=name)

    def number_of(self, address: str) -> Locator:
        """Return the field of a recipient's mobile number."""
        return self.field(self.words.number, address)

    def fill_numbers(self, addresses: list[str], start: str) -> None:
        """Give each of these recipients a number of their own: `start` and two more digits."""
        for digits, address in enumerate(addresses, 10):
            self.hand.fill(self.number_of(address), f"{start}{digits}")

    def choose_code(self, address: str, code: str, hint: str) -> None:
        """Choose an access code for a recipient in place of a number."""
        who = self.needing.filter(has_text=address)
        self.hand.press(who.locator("summary"))
        self.hand.fill(self.field(self.words.access_code, address), code)
        self.hand.fill(self.field("Hint", address), hint)


@dataclass
class GuestPages:
    """What a recipient sees and does."""

    page: Page
    hand: Hand
    language: str = "en"

    @cached_property
    def words(self) -> Words:
        """The labels in this person's language."""
        return WORDS[self.language]

    def ask_for_code(self) -> None:
        """Have a code sent by SMS."""
        self.hand.press(self.page.get_by_role("button", name=self.words.send_code, exact=True))

    def open_with(self, code: str, label: str = "") -> None:
        """Type a code and open the message."""
        field = self.page.get_by_role("textbox", name=label or self.words.code, exact=True)
        self.hand.fill(field, code)
        self.hand.press(self.page.get_by_role("button", name=self.words.open_message))

    @property
    def frame(self) -> FrameLocator:
        """The message in its frame."""
        return self.page.frame_locator("iframe.frame")

    def download(self, name: str) -> bytes:
        """Return the bytes of a file that is saved from the page."""
        with self.page.expect_download() as saved:
            self.hand.press(self.page.get_by_role("link", name=name))
        return Path(saved.value.path()).read_bytes()


def sign_in(page: Page, path: str, email: str) -> None:
    """Open an address, and sign in there."""
    page.goto(path)
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill("demo")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
