"""The address books at a real browser: by keyboard alone, on a phone, and for everybody."""

import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files import File
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.policy import ORGANIZATION
from contacts import actions
from contacts.entries import ContactEntry
from contacts.models import Contact, ImportRun
from contacts.tasks import work_imports
from tests.contacts.imports import csv_file, imported, uploaded, written
from tests.contacts.people import MOBILE, OTHER_MOBILE, People, make_contact, make_people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JAN = "jan@example.nl"
PHONE: ViewportSize = {"width": 390, "height": 844}
WORDS = {
    "en": (
        "Upload",
        "Check the rows",
        "This is what would happen",
        "Import",
        "To the address book",
    ),
    "nl": (
        "Uploaden",
        "Rijen controleren",
        "Dit zou er gebeuren",
        "Importeren",
        "Naar het adresboek",
    ),
}

STORY = {
    "en": ("Choose Jan Jansen", "Accept", "What it was before", "Put back"),
    "nl": ("Kies Jan Jansen", "Overnemen", "Wat er eerder stond", "Terugzetten"),
}


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    """Give the browser this person's session."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


def troubles(page: Page) -> list[str]:
    """Return what axe finds wrong with the page."""
    return [found["id"] for found in Axe().run(page).response["violations"]]


def a_full_book() -> tuple[People, dict[str, str]]:
    """Store something for every page; return the people and the pages."""
    people = make_people()
    contact = make_contact(people.admin, book=ORGANIZATION)
    entry = ContactEntry(ORGANIZATION, JAN, "Jan Jansen", OTHER_MOBILE)
    actions.save_contact(people.admin, entry, contact)
    imported(people.admin, f"{JAN},Jan,{MOBILE},,", source="sync:CRM")
    actions.propose(people.colleague, entry, contact)
    file = people.admin, f"{JAN},Jan,{MOBILE},,", "els@example.nl,Els,06 12345678,,", "nobody,,,,"
    checked, done = uploaded(*file), written(uploaded(*file), people.admin)
    fresh = actions.upload(people.admin, personal=False, file=File(csv_of()), name="new.csv")
    pages = {
        "book": reverse("organization_contact_list"),
        "own": reverse("contact_list"),
        "contact": reverse("contact", args=[contact.pk]),
        "imports": reverse("contact_import"),
        "columns": reverse("import_run", args=[fresh.pk]),
        "checked": reverse("import_run", args=[checked.pk]),
        "done": reverse("import_run", args=[done.pk]),
        "conflicts": reverse("contact_conflicts"),
        "proposals": reverse("contact_proposals"),
        "api": reverse("api_docs"),
    }
    return people, pages


def csv_of() -> io.BytesIO:
    """Return a small file."""
    return csv_file(f"{JAN},Jan,{MOBILE},,")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_file_is_imported_by_keyboard_alone_on_a_phone(
    page: Page, live_server: LiveServer, language: str, tmp_path: Path
) -> None:
    upload, check, would, write, back = WORDS[language]
    admin = make_people().admin
    User.objects.filter(pk=admin.pk).update(language=language)
    sign_in(page, live_server, admin)
    page.set_viewport_size(PHONE)
    file = tmp_path / "contacten.csv"
    file.write_text(f"E-mailadres;Naam;Mobiel\n{JAN};Jan Jansen;06 36363636\n")
    page.goto(live_server.url + reverse("contact_import") + "?book=organization")
    page.locator("input[type=file]").set_input_files(file)
    press(page, upload)
    press(page, check)
    work_imports()
    expect(page.get_by_role("heading", name=would)).to_be_visible()
    press(page, write)
    work_imports()
    page.get_by_role("link", name=back).press("Enter")
    expect(page.get_by_text("+31 6 36 36 36 36")).to_be_visible()


def press(page: Page, name: str) -> None:
    """Press a button by the keyboard."""
    page.get_by_role("button", name=name, exact=True).press("Enter")
    page.wait_for_load_state()


@pytest.mark.parametrize(
    ("scheme", "width", "language"),
    [("light", 1280, "nl"), ("dark", 390, "nl"), ("dark", 1280, "en"), ("light", 390, "en")],
)
def test_everybody_can_use_the_address_books(
    page: Page, live_server: LiveServer, scheme: str, width: int, language: str
) -> None:
    people, pages = a_full_book()
    User.objects.update(language=language)
    sign_in(page, live_server, people.admin)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    found = {name: look(page, live_server.url + url, name) for name, url in pages.items()}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_proposal_is_accepted_and_taken_back_by_keyboard(
    page: Page, live_server: LiveServer, language: str
) -> None:
    choose, accept, before, bring_back = STORY[language]
    people, pages = a_full_book()
    User.objects.update(language=language)
    sign_in(page, live_server, people.admin)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + pages["proposals"])
    page.get_by_label(choose).press("Space")
    press(page, accept)
    page.goto(live_server.url + pages["contact"])
    page.get_by_text(before).first.press("Enter")
    page.get_by_role("button", name=bring_back).first.press("Enter")
    page.wait_for_load_state()
    assert Contact.objects.get(address=JAN).data.get(preferred=True).e164 == MOBILE


def look(page: Page, url: str, name: str) -> list[str]:
    """Open a page; return what is wrong with it, wider than the window included."""
    page.goto(url)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
    return troubles(page) + ([f"{name} is too wide"] if wide else [])


def test_nothing_on_these_pages_breaks_our_own_rules(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    people, pages = a_full_book()
    sign_in(page, live_server, people.admin)
    _ = [page.goto(live_server.url + url) for url in pages.values()]
    assert said == []


def test_search_as_you_type_narrows_the_list(page: Page, live_server: LiveServer) -> None:
    people = make_people()
    make_contact(people.owner)
    make_contact(people.owner, "els@example.nl", name="Els", phone=OTHER_MOBILE)
    sign_in(page, live_server, people.owner)
    page.goto(live_server.url + reverse("contact_list"))
    page.get_by_role("searchbox").press_sequentially("0612")
    expect(page.get_by_text("jan@example.nl")).to_have_count(0)
    expect(page.get_by_text("els@example.nl")).to_be_visible()


def test_ticked_contacts_are_deleted_and_put_back(page: Page, live_server: LiveServer) -> None:
    people = make_people()
    make_contact(people.owner)
    make_contact(people.owner, "els@example.nl", name="Els", phone=OTHER_MOBILE)
    sign_in(page, live_server, people.owner)
    page.goto(live_server.url + reverse("contact_list"))
    page.get_by_label("Choose Els").press("Space")
    page.get_by_label("Choose Jan Jansen").press("Space")
    press(page, "Delete")
    assert Contact.objects.count() == 0
    press(page, "Undo")
    assert Contact.objects.count() == 2


def test_an_import_is_stopped_on_its_page(page: Page, live_server: LiveServer) -> None:
    admin = make_people().admin
    sign_in(page, live_server, admin)
    run = actions.upload(admin, personal=False, file=File(csv_of()), name="new.csv")
    page.goto(live_server.url + reverse("import_run", args=[run.pk]))
    press(page, "Check the rows")
    press(page, "Stop")
    work_imports()
    expect(page.get_by_role("heading", name="What do the columns hold?")).to_be_visible()
    assert ImportRun.objects.get().state == "uploaded"
