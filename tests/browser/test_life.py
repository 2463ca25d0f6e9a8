"""The life of a held mail in a browser, over real sockets, in both languages."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import rewrite
from tests.browser.conftest import OpenPage
from tests.browser.looks import Look
from tests.browser.pages import SENDERS
from tests.product import Product, a_mail, link_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADMIN = "admin@zorg.example"
LANGUAGES = ["en", "nl"]
COLLEAGUES = {"en": "anna@zorg.example", "nl": "bram@zorg.example"}
READY = {"en": "Ready to send: ask en", "nl": "Klaar om te verzenden: ask nl"}
ENDED = {"en": "Not delivered: end en", "nl": "Niet verzonden: end nl"}
ASK = {"en": "Ask my admin", "nl": "Vraag mijn beheerder"}
HAND_OVER = {"en": "Let a colleague finish it", "nl": "Laat een collega het afmaken"}
ASK_COLLEAGUE = {"en": "Ask this colleague", "nl": "Vraag deze collega"}
HAPPENED = {"en": "What happened", "nl": "Wat er gebeurde"}
CAME_IN = {"en": "Your email came in", "nl": "Je e-mail kwam binnen"}
NOT_DELIVERED = {"en": "kept too long", "nl": "te lang blijven liggen"}
YES = {"en": "Yes", "nl": "Ja"}


def held(product: Product, page: Page, subject: str, *people: str, language: str) -> str:
    """Send a mail, open its draft from the notification, signed in; return the draft's address."""
    sender = SENDERS[language]
    product.send(a_mail(subject, *people, sender=sender), *people, login=sender)
    page.goto(link_in(product.wait_for_mail(sender, subject), "finish", subject))
    page.locator("[name=login]").fill(sender)
    page.locator("[name=password]").fill("demo")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/drafts/*/")
    return page.url


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_admin_who_is_asked_completes_the_draft(
    product: Product, open_page: OpenPage, language: str
) -> None:
    page, address = open_page(Look(language)), f"ask-{language}@life.example"
    held(product, page, f"ask {language}", address, language=language)

    page.get_by_role("button", name=ASK[language]).click()
    expect(page.locator(".message--success")).to_be_visible()
    path = f"/contacts/organization/new/?address={address}"
    admin = product.person(language).sign_in(ADMIN, path)
    admin.post(path, address=address, name="", phone="0636363655", code="", hint="")

    assert product.wait_for_mail(ADMIN, SENDERS[language].partition("@")[0].capitalize())
    assert product.wait_for_mail(SENDERS[language], READY[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_colleague_takes_over_and_both_see_it(
    product: Product, open_page: OpenPage, language: str
) -> None:
    page = open_page(Look(language))
    url = held(product, page, f"hand {language}", f"h-{language}@life.example", language=language)
    page.get_by_text(HAND_OVER[language]).click()
    page.locator("#colleague").fill(COLLEAGUES[language])
    page.get_by_role("button", name=ASK_COLLEAGUE[language]).click()
    expect(page.locator(".message--success")).to_be_visible()

    colleague = product.person(language).sign_in(COLLEAGUES[language], url)
    colleague.post(f"{url}opened/")

    page.goto(url)
    name = COLLEAGUES[language].partition("@")[0].capitalize()
    expect(page.locator(".banner--info")).to_contain_text(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_timeline_and_the_end_are_told(
    product: Product, open_page: OpenPage, language: str
) -> None:
    page = open_page(Look(language))
    url = held(product, page, f"end {language}", f"e-{language}@life.example", language=language)
    page.locator("summary", has_text=HAPPENED[language]).click()
    expect(page.locator(".timeline")).to_contain_text(CAME_IN[language])

    shift = "UPDATE drafts_draft SET expires_at = '2020-01-01T00:00:00Z' WHERE id = %s"
    rewrite(product, shift, int(url.rstrip("/").rpartition("/")[2]))
    product.wait_for_mail(SENDERS[language], ENDED[language])

    page.goto(url)
    expect(page.locator("h1")).to_contain_text(NOT_DELIVERED[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_admin_reads_what_is_said_of_the_help_page(
    product: Product, open_page: OpenPage, language: str
) -> None:
    page = open_page(Look(language))
    held(product, page, f"help {language}", f"p-{language}@life.example", language=language)
    page.goto("/help/")
    page.locator("#help-words").fill(f"clear {language}")
    page.get_by_role("button", name=YES[language], exact=True).click()
    expect(page.locator(".message--success")).to_be_visible()

    admin = product.person(language).sign_in(ADMIN, "/help/answers/")
    assert f"clear {language}" in admin.page
