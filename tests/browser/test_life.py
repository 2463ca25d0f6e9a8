"""The life of a held mail in a browser, over real sockets, in both languages."""

from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clock import LONG_AGO, rewrite, sweep
from tests.browser.conftest import OpenPage
from tests.browser.looks import Look
from tests.browser.pages import SENDERS, sign_in
from tests.product import Product, a_mail, link_in, speaks_of, wait_for

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
CARLA, HER_ADMIN = "carla@gemeente.example", "admin@gemeente.example"
REMINDER = {"en": "Reminder:", "nl": "Herinnering:"}
IN_A_WEEK = {"en": "Remind me in a week", "nl": "Herinner me over een week"}
PUT_OFF = {"en": "We remind you no sooner than", "nl": "We herinneren je er niet eerder aan dan"}
YES = {"en": "Yes", "nl": "Ja"}


def held(product: Product, page: Page, subject: str, *people: str, language: str) -> str:
    """Send a mail, open its draft from the notification, signed in; return the draft's address."""
    sender = SENDERS[language]
    product.send(a_mail(subject, *people, sender=sender), *people, login=sender)
    sign_in(page, link_in(product.wait_for_mail(sender, subject), "finish", subject), sender)
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

    sweep(product, "drafts.tasks.judge_policies")  # a new policy would plan the end anew
    shift = "UPDATE drafts_draft SET expires_at = '2020-01-01T00:00:00Z' WHERE id = %s"
    rewrite(product, shift, int(url.rstrip("/").rpartition("/")[2]))
    sweep(product, "drafts.tasks.expire_due")
    product.wait_for_mail(SENDERS[language], ENDED[language])

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


def hand_in(product: Product, address: str, *subjects: str) -> None:
    """Have mails of Carla held, and wait until she was told."""
    for subject in subjects:
        product.send(a_mail(subject, address, sender=CARLA), address, login=CARLA)
    for subject in subjects:
        product.wait_for_mail(CARLA, subject)


def reminder_of(product: Product, subject: str, word: str) -> EmailMessage:
    """Return the reminder that speaks of this mail."""

    def look() -> list[EmailMessage]:
        mails = product.relay.about(CARLA, subject)
        return [mail for mail in mails if str(mail["Subject"]).startswith(word)]

    return wait_for("a reminder", look)[0]


def at_work(product: Product, page: Page) -> None:
    """Let the municipality work day and night, as its admin says on the page of times."""
    sign_in(page, "/organization/times/", HER_ADMIN)
    for day in page.locator("[name=work_days]").all():
        day.check()
    page.locator("[name=work_from]").select_option("0")
    page.locator("[name=work_until]").select_option("24")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".message").first).to_be_visible()  # saved, or as it was
    page.context.clear_cookies()
    sweep(product, "drafts.tasks.judge_policies")


def make_reminders_due(product: Product) -> None:
    """Shift times so that Carla has to be reminded, and was not lately."""
    about = "SELECT id FROM accounts_user WHERE email = %s"
    due = f"UPDATE drafts_draft SET remind_at = %s WHERE sender_id IN ({about})"  # noqa: S608
    rewrite(product, due, LONG_AGO, CARLA)
    rewrite(product, "UPDATE notifications_notification SET created_at = %s", LONG_AGO)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_held_is_reminded_of_in_one_mail_and_put_off(
    product: Product, open_page: OpenPage, language: str
) -> None:
    page, subjects = open_page(Look(language)), [f"late {number} {language}" for number in "12"]
    at_work(product, page)
    rewrite(product, "UPDATE accounts_user SET language = %s WHERE email = %s", language, CARLA)
    hand_in(product, f"late-{language}@life.example", *subjects)

    make_reminders_due(product)
    sweep(product, "drafts.tasks.remind_due")
    mail = reminder_of(product, subjects[0], REMINDER[language])
    sign_in(page, link_in(mail, "finish", subjects[1]), CARLA)
    page.get_by_role("button", name=IN_A_WEEK[language]).click()

    expect(page.locator(".message--success")).to_contain_text(PUT_OFF[language])
    assert speaks_of(mail, subjects[0])
