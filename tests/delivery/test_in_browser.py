"""A recipient at a real browser: forms, frame and files under our own strict headers."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from delivery.models import MessageRecipient
from tests.delivery.messages import (
    ACCESS,
    SUBJECT,
    file,
    link,
    newest_code,
    person_with_code,
    receiver,
    recipient_of,
    released,
    rows_of_everything,
    texts,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154"
    "789c63606060f80f00010401005fe5c34b0000000049454e44ae426082"
)
PREFETCH = """address => {
  for (let number = 0; number < 100; number++) {
    const link = document.createElement("link");
    link.rel = number % 2 ? "prefetch" : "prerender";
    link.href = `${address}?${number}`;
    document.head.append(link);
  }
}"""
HTML = (
    '<p style="color:red">Hello</p><img id="dot" src="cid:dot" alt="dot">'
    '<img src="https://tracker.example/x.png"><a href="https://portal.example/">Portal</a>'
    "<script>document.title='broken'</script>"
)


def html_message() -> MessageRecipient:
    """Store a message with HTML, an inline image and an attachment, for an access code."""
    files = (
        file(PIXEL, "dot.png", content_type="image/png", content_id="<dot>", inline=True),
        file(b"%PDF-1.4 results", "uitslag.pdf"),
    )
    return recipient_of(released(person_with_code(), html=HTML, attachments=files))


def open_with_access_code(page: Page, live_server: LiveServer, els: MessageRecipient) -> None:
    """Type the access code and open the message."""
    page.goto(live_server.url + link(els))
    page.get_by_label("Access code").fill(ACCESS)
    page.get_by_role("button", name="Open message").click()
    expect(page.get_by_role("heading", name=SUBJECT)).to_be_visible()


def status_at(page: Page, address: str) -> int:
    """Open a page as a mail scanner does, with its scripts; return the answer's status."""
    response = page.goto(address, wait_until="domcontentloaded")
    return response.status if response else 0


def troubles(page: Page) -> list[str]:
    """Return what axe finds wrong with the page."""
    return [found["id"] for found in Axe().run(page).response["violations"]]


def test_a_code_by_sms_opens_the_message(page: Page, live_server: LiveServer) -> None:
    jan = receiver()
    page.goto(live_server.url + link(jan))
    page.get_by_role("button", name="Send code").click()
    page.get_by_label("Code").fill(f"{newest_code()[:3]} {newest_code()[3:]}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=SUBJECT)).to_be_visible()


@pytest.mark.slow
def test_a_robot_with_scripts_that_opens_the_link_a_hundred_times_changes_nothing(
    page: Page, live_server: LiveServer
) -> None:
    jan = receiver()
    address, before = live_server.url + link(jan), rows_of_everything()
    opened = {status_at(page, address) for _ in range(100)}
    page.evaluate(PREFETCH, address)
    heads = {page.request.head(address).status for _ in range(100)}
    page.wait_for_load_state("networkidle")
    assert (rows_of_everything() == before, opened | heads, texts()) == (True, {200}, [])


def test_the_frame_shows_the_message_and_fetches_nothing(
    page: Page, live_server: LiveServer
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_with_access_code(page, live_server, html_message())
    frame = page.frame_locator("iframe.frame")
    expect(frame.get_by_text("Hello")).to_have_css("color", "rgb(255, 0, 0)")
    width = frame.get_by_alt_text("dot").evaluate("image => image.naturalWidth")
    abroad = [url for url in asked if not url.startswith((live_server.url, "data:"))]
    assert (width, abroad) == (1, [])


def test_a_file_is_saved(page: Page, live_server: LiveServer) -> None:
    open_with_access_code(page, live_server, html_message())
    with page.expect_download() as download:
        page.get_by_role("link", name="uitslag.pdf").click()
    assert download.value.path().read_bytes() == b"%PDF-1.4 results"


def test_nothing_on_our_pages_breaks_our_own_rules(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    open_with_access_code(page, live_server, html_message())
    page.get_by_role("button", name="Close message").click()
    expect(page.get_by_label("Access code")).to_be_visible()
    assert said == []


def test_wrong_number_and_back(page: Page, live_server: LiveServer) -> None:
    jan = receiver()
    page.goto(live_server.url + link(jan))
    page.get_by_role("button", name="This is not my number").click()
    assert troubles(page) == []
    page.get_by_label("Your own email address").fill(jan.address)
    page.get_by_role("button", name="This is not my number").click()
    page.get_by_role("button", name="It is my number after all").click()
    expect(page.get_by_role("button", name="Send code")).to_be_visible()


def test_a_guest_page_works_without_scripts(live_server: LiveServer, new_context: object) -> None:
    context = new_context(java_script_enabled=False)  # type: ignore[operator]
    open_with_access_code(context.new_page(), live_server, html_message())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_guest_pages(
    page: Page, live_server: LiveServer, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(live_server.url + link(receiver()))
    before = troubles(page)
    page.get_by_role("button", name="Send code").click()
    asked = troubles(page)
    open_with_access_code(page, live_server, html_message())
    assert (before, asked, troubles(page)) == ([], [], [])


def test_a_click_keeps_the_page_open_and_what_was_typed(
    page: Page, live_server: LiveServer
) -> None:
    els = html_message()
    open_with_access_code(page, live_server, els)
    page.get_by_label("Your answer").fill("I am still writing.")
    with page.expect_response(lambda answer: answer.url.endswith("/visit/")):
        page.get_by_role("button", name="Keep it open").click()
    expect(page.locator("#visit")).to_contain_text("For your safety this page closes at")
    expect(page.get_by_label("Your answer")).to_have_value("I am still writing.")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("Your answer is sent.")).to_be_visible()


def test_an_answer_is_in_the_form_again_after_the_code(page: Page, live_server: LiveServer) -> None:
    els = html_message()
    open_with_access_code(page, live_server, els)
    page.get_by_label("Your answer").fill("I wrote this late.")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Close message").click()
    expect(other.get_by_label("Access code")).to_be_visible()
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_text("We have kept it")).to_be_visible()
    page.get_by_label("Access code").fill(ACCESS)
    page.get_by_role("button", name="Open message").click()
    expect(page.get_by_label("Your answer")).to_have_value("I wrote this late.")
