"""The recipient's whole way at a browser: verify, read, answer, say that a number is wrong.

By mouse and by keyboard alone, in both languages, on a phone and on a desk, and without scripts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Organization
from accounts.policy import Policy
from delivery.actions import end_messages, report_wrong_number, revoke, revoke_all
from delivery.models import Message, MessageRecipient
from tests import make
from tests.browser.hands import Hand, Keyboard, Mouse
from tests.browser.looks import DESK, PHONE, Look
from tests.delivery.messages import (
    again,
    file,
    link,
    newest_code,
    person,
    person_with_code,
    recipient_of,
    released,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NewContext = Callable[..., BrowserContext]
WORDS = {
    "en": {
        "send": "Send code", "code": "Code", "open": "Open message", "answer": "Your answer",
        "reply": "Send answer", "sent": "Your answer is sent.", "wrong": "This is not my number",
        "told": "We have told the sender", "number": "Mobile number", "right": "Correct the number",
        "address": "Your own email address",
    },
    "nl": {
        "send": "Code versturen", "code": "Code", "open": "Bericht openen",
        "answer": "Uw antwoord", "reply": "Antwoord versturen",
        "sent": "Uw antwoord is verzonden.", "wrong": "Dit is niet mijn nummer",
        "told": "De afzender weet het", "number": "Mobiel nummer",
        "right": "Nummer verbeteren", "address": "Uw e-mailadres",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """How somebody goes."""

    hand: Callable[[Page], Hand]
    look: Look

    def __str__(self) -> str:
        return f"{self.hand.__name__.lower()}-{self.look}"


WAYS = [
    Way(Mouse, Look("en", DESK)),
    Way(Mouse, Look("nl", PHONE, "dark")),
    Way(Keyboard, Look("nl", DESK)),
    Way(Keyboard, Look("en", PHONE)),
    Way(Mouse, Look("nl", PHONE, scripts=False)),
    Way(Keyboard, Look("en", DESK, scripts=False)),
]


class Reader:
    """A recipient at a browser of their own."""

    def __init__(self, way: Way, context: BrowserContext, base: str) -> None:
        self.page = context.new_page()
        self.page.set_default_timeout(10_000)
        self.hand = way.hand(self.page)
        self.words, self.base = WORDS[way.look.language], base

    def press(self, word: str) -> None:
        """Press a button."""
        self.hand.press(self.page.get_by_role("button", name=self.words[word]).first)

    def fill(self, word: str, text: str) -> None:
        """Type into a field that has the focus already, or is gone to."""
        self.hand.fill(self.page.get_by_label(self.words[word], exact=word == "code").first, text)

    def verify(self, jan: MessageRecipient) -> None:
        """Open the link, have a code sent, and type it."""
        self.page.goto(self.base + link(jan))
        self.press("send")
        expect(self.page.get_by_label(self.words["code"], exact=True)).to_be_focused()
        self.page.keyboard.type(newest_code())
        self.press("open")
        expect(self.page.locator("iframe.frame")).to_be_visible()

    def call_number_wrong(self, jan: MessageRecipient) -> None:
        """Say that the number is not theirs, and type the address that the mail went to."""
        self.page.goto(self.base + link(jan))
        self.press("wrong")
        expect(self.page.get_by_label(self.words["address"])).to_be_focused()
        self.page.keyboard.type(jan.address)
        self.press("wrong")
        expect(self.page.get_by_role("heading", name=self.words["told"])).to_be_visible()


def html_message(sender: Any = None) -> Message:
    """Store a message with HTML and a file to one person in To and one in Cc."""
    people = (person(), person("els@example.nl", kind="cc", name="Els"))
    return released(*people, sender=sender, html="<p>Hello</p>", attachments=(file(b"x"),))


def sign_in(context: BrowserContext, message: Message, base: str) -> None:
    """Have the sender be signed in."""
    client = Client()
    client.force_login(message.sender)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_recipient_verifies_reads_and_answers(
    way: Way, new_context: NewContext, live_server: LiveServer
) -> None:
    jan = recipient_of(html_message())
    reader = Reader(way, new_context(**way.look.options()), live_server.url)
    reader.verify(jan)
    expect(reader.page.frame_locator("iframe.frame").get_by_text("Hello")).to_be_visible()
    reader.fill("answer", "I will come.")
    reader.press("reply")
    expect(reader.page.get_by_text(reader.words["sent"])).to_be_visible()
    assert again(jan).replies.get().open_content().text == "I will come."


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_wrong_number_is_put_right_by_one_field(
    way: Way, new_context: NewContext, live_server: LiveServer
) -> None:
    message = html_message(make.user(language=way.look.language))
    jan, els = recipient_of(message), recipient_of(message, "els@example.nl")
    reader = Reader(way, new_context(**way.look.options()), live_server.url)
    reader.call_number_wrong(jan)
    context = new_context(**way.look.options())
    sign_in(context, message, live_server.url)
    sender = Reader(way, context, live_server.url)
    sender.page.goto(f"{live_server.url}/messages/{message.pk}/")
    field = sender.page.get_by_role("textbox", name=f"{sender.words['number']} {jan.address}")
    expect(field).to_be_focused()
    sender.page.keyboard.type("06 1234 5678")
    sender.page.keyboard.press("Enter")
    expect(sender.page.locator(".message--success")).to_be_visible()
    reader.verify(jan)
    assert (again(jan).open_secret().value, again(els).mails) == ("+31612345678", 1)


def test_links_in_a_message_open_outside_the_frame(
    new_context: NewContext, live_server: LiveServer
) -> None:
    context = new_context()
    context.route("https://portal.example/*", lambda route: route.fulfill(body="portal"))
    jan = recipient_of(released(html='<a href="https://portal.example/">Portal</a>'))
    reader = Reader(WAYS[0], context, live_server.url)
    reader.verify(jan)
    with context.expect_page() as opened:
        reader.page.frame_locator("iframe.frame").get_by_text("Portal").click()
    portal = opened.value
    portal.wait_for_load_state()
    found = portal.evaluate("[document.referrer, window.opener, document.body.textContent]")
    assert found == ["", None, "portal"]


def test_remote_images_come_after_a_click_and_not_through_us(
    new_context: NewContext, live_server: LiveServer
) -> None:
    context, asked = new_context(), list[str]()
    context.route("https://pictures.example/*", lambda route: route.abort())
    context.on("request", lambda request: asked.append(request.url))
    jan = recipient_of(released(html='<img src="https://pictures.example/a.png" alt="A">'))
    reader = Reader(WAYS[0], context, live_server.url)
    reader.verify(jan)
    before = [url for url in asked if "pictures" in url]
    reader.page.get_by_role("link", name="Show pictures").click()
    reader.page.wait_for_load_state("networkidle")
    assert (before, {url for url in asked if "pictures" in url}) == (
        [], {"https://pictures.example/a.png"},
    )  # fmt: skip


# --- every state, for everybody -------------------------------------------------------------------


def _nothing(_jan: MessageRecipient) -> None:
    return


def _exhausted(jan: MessageRecipient) -> None:
    MessageRecipient.objects.filter(pk=jan.pk).update(failures=100)


def _revoked(jan: MessageRecipient) -> None:
    revoke(jan.message.sender, jan)


def _destroyed(jan: MessageRecipient) -> None:
    revoke_all(jan.message.sender, jan.message)
    Message.objects.update(destroy_at=jan.message.created_at)
    end_messages()


def _locked(jan: MessageRecipient) -> None:
    until = timezone.now() + timedelta(minutes=15)
    MessageRecipient.objects.filter(pk=jan.pk).update(failures=5, locks=1, locked_until=until)


STATES = [_nothing, report_wrong_number, _locked, _exhausted, _revoked, _destroyed]
LOOKS = [Look("en", DESK), Look("nl", (320, 640), "dark")]


def troubles(page: Page) -> list[str]:
    """Return what axe finds wrong, and whether the page is too wide."""
    found = [found["id"] for found in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, "too wide"] if wide > 0 else found


def people() -> Message:
    """Store a message to one person by SMS and one by access code, who may trust a device."""
    message = released(person(), person_with_code("els@example.nl"), html="<p>Hello</p>")
    policy = Policy(trusted_devices=True).to_json()
    Organization.objects.filter(pk=message.organization_id).update(policy_data=policy)
    return message


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize(
    ("change", "address"),
    [
        *((change, "jan@example.nl") for change in STATES),
        (_nothing, "els@example.nl"),
        (report_wrong_number, "els@example.nl"),
    ],
)
def test_everybody_can_use_every_state(
    change: Callable[[MessageRecipient], None],
    address: str,
    look: Look,
    new_context: NewContext,
    live_server: LiveServer,
) -> None:
    message = people()
    jan = recipient_of(message, address)
    change(jan)
    context = new_context(**look.options())
    page = context.new_page()
    page.goto(live_server.url + link(jan))
    guest = troubles(page)
    sign_in(context, message, live_server.url)
    page.goto(f"{live_server.url}/messages/{message.pk}/")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert (guest, troubles(page)) == ([], [])


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_everybody_can_use_the_message_and_its_errors(
    look: Look, new_context: NewContext, live_server: LiveServer
) -> None:
    jan = recipient_of(people())
    reader = Reader(Way(Mouse, look), new_context(**look.options()), live_server.url)
    reader.page.goto(live_server.url + link(jan))
    reader.press("send")
    found = troubles(reader.page)
    reader.fill("code", "12")
    reader.press("open")
    found += troubles(reader.page)
    reader.page.locator("#id_code").fill(newest_code())
    reader.page.locator("#id_remember").check()
    reader.press("open")
    expect(reader.page.locator("iframe.frame")).to_be_visible()
    found += troubles(reader.page)
    reader.press("reply")
    found += troubles(reader.page)
    assert found == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_everybody_can_use_the_print_version(
    look: Look, new_context: NewContext, live_server: LiveServer
) -> None:
    message = html_message()
    context = new_context(**look.options())
    reader = Reader(Way(Mouse, look), context, live_server.url)
    reader.verify(recipient_of(message))
    answer = reader.page.request.get(live_server.url + link(recipient_of(message), "print/"))
    page = context.new_page()
    page.set_content(answer.text())  # as it is served its sandbox lets no script run, not even axe
    assert (troubles(page), page.locator("h1").count()) == ([], 1)
