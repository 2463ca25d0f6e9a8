"""What people see of a mail sent twice, of a link in each state, and on the admin's radar."""

from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import LONG_AGO, end_undo_time, rewrite
from tests.browser.conftest import OpenPage
from tests.browser.looks import Look
from tests.browser.pages import SENDERS, WORDS, link_named, sign_in
from tests.product import Product, a_mail, link_in, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ["en", "nl"]
ADMIN = "admin@gemeente.example"
CARLA = "carla@gemeente.example"
OTHER = {"en": "nl", "nl": "en"}
NEWER = {"en": "Go to the newer email", "nl": "Naar de nieuwere e-mail"}
EARLIER = {"en": "See the earlier one", "nl": "Bekijk de eerdere"}
COPY = {"en": "See that copy", "nl": "Bekijk die kopie"}
SENT_BEFORE = {"en": "already sent this same email", "nl": "al eerder gestuurd"}
WAITING = {"en": "Almost sent", "nl": "Bijna verzonden"}
SENDING = {"en": "Sending to 1 person", "nl": "We verzenden aan 1 persoon"}
READY = {"en": "Everything is known now", "nl": "Alles is bekend"}
DISCARDED = {"en": "You discarded this email", "nl": "Je hebt deze e-mail weggegooid"}
EXPIRED = {"en": "kept too long", "nl": "te lang blijven liggen"}
NOTHING = {"en": "This link opens nothing for you", "nl": "Deze link opent niets voor jou"}
WOULD_BE_HELD = {"en": "would be held", "nl": "zou worden vastgehouden"}
WOULD_GO = {"en": "would go out at once", "nl": "zou meteen uitgaan"}


def send(product: Product, subject: str, address: str, sender: str) -> None:
    """Hand in a mail to one recipient."""
    product.send(a_mail(subject, address, sender=sender), address, login=sender)


def finish_link(product: Product, sender: str, subject: str) -> str:
    """Return the link of the newest notification about a mail."""
    return link_in(product.wait_for_mail(sender, subject), "finish", subject)


def heading(page: Page, link: str) -> str:
    """Return what the page of a link says first."""
    page.goto(link)
    return page.locator("h1").inner_text()


def press(page: Page, language: str, name: str) -> None:
    """Press a button of the draft's page."""
    page.get_by_role("button", name=getattr(WORDS[language], name), exact=True).click()


def send_for_good(product: Product, page: Page, language: str) -> None:
    """Press Send, let the time to undo pass, and wait until the recipient has the mail."""
    press(page, language, "send")
    expect(page.locator("h1")).to_have_text(SENDING[language])
    end_undo_time(product)
    product.wait_for_mail(f"states-{language}@links.example", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_sent_again_shows_on_both_drafts(
    product: Product, open_page: OpenPage, language: str
) -> None:
    sender, subject = SENDERS[language], f"once more {language}"
    send(product, subject, f"more-{language}@twice.example", sender)
    link = finish_link(product, sender, subject)
    send(product, subject, f"more-{language}@twice.example", sender)
    wait_for("both notices", lambda: product.relay.about(sender, subject)[1:])
    page = open_page(Look(language))

    sign_in(page, link, sender)
    page.get_by_role("link", name=NEWER[language]).click()

    expect(page.locator("h1")).to_contain_text(WAITING[language])
    page.get_by_role("link", name=EARLIER[language]).click()
    expect(page.get_by_role("link", name=NEWER[language])).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_possible_duplicate_shows_on_both_sides(
    product: Product, open_page: OpenPage, language: str
) -> None:
    sender, subject = SENDERS[language], f"delivered {language}"
    before = len(product.relay.to("kees@example.org"))
    send(product, subject, "kees@example.org", sender)
    wait_for("the first mail", lambda: product.relay.to("kees@example.org")[before:])
    send(product, subject, "kees@example.org", sender)
    page = open_page(Look(language))

    sign_in(page, finish_link(product, sender, subject), sender)
    expect(page.locator(".banner--needs")).to_contain_text(SENT_BEFORE[language])
    page.goto("/sent/")
    page.get_by_role("link", name=subject).click()

    page.get_by_role("link", name=COPY[language]).click()
    expect(page.locator(".banner--needs")).to_contain_text(SENT_BEFORE[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_says_what_is_the_case_in_every_state(
    product: Product, open_page: OpenPage, language: str
) -> None:
    sender, subject = SENDERS[language], f"states {language}"
    send(product, subject, f"states-{language}@links.example", sender)
    link, page = finish_link(product, sender, subject), open_page(Look(language))
    sign_in(page, link, sender)
    assert WAITING[language] in heading(page, link)

    page.locator("button[formaction$='/discard/']").click()
    expect(page.locator("h1")).to_have_text(DISCARDED[language])
    press(page, language, "undo")
    page.locator("[name$=-phone]").fill("0636363677")
    press(page, language, "send")
    expect(page.locator("h1")).to_have_text(SENDING[language])

    press(page, language, "undo")
    assert READY[language] in heading(page, link)
    send_for_good(product, page, language)
    assert heading(page, link) == subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_that_is_over_strange_or_unknown_says_so(
    product: Product, open_page: OpenPage, language: str
) -> None:
    sender, subject = SENDERS[language], f"over {language}"
    send(product, subject, f"over-{language}@links.example", sender)
    link, page = finish_link(product, sender, subject), open_page(Look(language))
    sign_in(page, link, SENDERS[OTHER[language]])
    assert heading(page, link) == NOTHING[OTHER[language]]
    page.context.clear_cookies()
    sign_in(page, link, sender)
    assert heading(page, "/finish/unknown/") == NOTHING[language]

    page.goto(link)
    number = int(page.url.rstrip("/").rpartition("/")[2])
    rewrite(product, "UPDATE drafts_draft SET expires_at = %s WHERE id = %s", LONG_AGO, number)
    wait_for("the end", lambda: EXPIRED[language] in heading(page, link))


@pytest.mark.parametrize("language", LANGUAGES)
def test_several_held_mails_are_told_in_one_that_people_believe(
    product: Product, open_page: OpenPage, language: str
) -> None:
    sender, subjects = SENDERS[language], [f"batch {number} {language}" for number in (1, 2)]
    _ = [send(product, each, f"{language}@batch.example", sender) for each in subjects]  # type: ignore[func-returns-value]
    mail: EmailMessage = product.wait_for_mail(sender, subjects[0])
    page = open_page(Look(language))

    link = link_named(page, mail, subjects[1])
    sign_in(page, link, sender)

    assert mail in product.relay.about(sender, subjects[1])
    assert link.startswith(product.base)
    expect(page.locator("main")).to_contain_text(subjects[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_radar_shows_what_holds_mail_and_a_dry_run_why(
    product: Product, open_page: OpenPage, language: str
) -> None:
    address = f"radar-{language}@held.example"
    rewrite(product, "UPDATE accounts_user SET language = %s WHERE email = %s", language, ADMIN)
    send(product, f"radar {language}", address, CARLA)
    product.wait_for_mail(CARLA, f"radar {language}")
    page = open_page(Look(language))
    sign_in(page, f"/radar/?sender={CARLA}&recipient={address}", ADMIN)
    expect(page.locator(".card[role=status]")).to_contain_text(WOULD_BE_HELD[language])
    expect(page.locator("main svg[role=img]").first).to_be_visible()

    page.get_by_role("row", name=address).get_by_role("link").click()
    page.locator("[name=phone]").fill("0636363688")
    page.locator("[data-submit]").click()
    product.wait_for_mail(address, "")

    page.goto(f"/radar/?sender={CARLA}&recipient={address}")
    expect(page.locator(".card[role=status]")).to_contain_text(WOULD_GO[language])
    expect(page.get_by_role("row", name=address)).to_have_count(0)
