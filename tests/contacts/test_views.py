"""The pages of the address books, seen by owner, colleague, admin and stranger."""

from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE, EDIT, ORGANIZATION, SMS
from contacts import actions
from contacts.models import Contact
from tests.contacts.people import (
    CODE,
    HINT,
    MOBILE,
    People,
    browser_of,
    make_contact,
    set_policy,
)

OWN, OURS = reverse("contact_list"), reverse("organization_contact_list")
NEW, NEW_OURS = reverse("contact_new"), reverse("organization_contact_new")
JAN = {"name": "Jan Jansen", "address": "Jan@Example.NL", "phone": "06 - 36 36 36 36"}


def text(response: Any) -> str:
    """Return the page as text."""
    return str(response.content.decode())


def page_of(contact: Contact) -> str:
    """Return the address of the contact's page."""
    return reverse("contact", args=[contact.pk])


@pytest.mark.parametrize("url", [OWN, OURS, NEW, NEW_OURS, "/contacts/1/"])
def test_a_guest_is_sent_to_sign_in(db: None, url: str) -> None:
    response = Client().get(url)
    assert response.url == f"{reverse('account_login')}?next={url}"  # type: ignore[attr-defined]


def test_the_list_shows_name_address_number_and_proof(people: People) -> None:
    contact = make_contact(people.owner)
    actions.confirm(contact.data.get().pk)
    page = text(browser_of(people.owner).get(OWN))
    proven = contact.data.get().confirmed_at
    assert "Jan Jansen" in page
    assert "+31 6 36 36 36 36" in page
    assert proven is not None
    assert f"{proven:%Y}</time>" in page


def test_the_list_shows_the_hint_of_an_access_code_only(people: People) -> None:
    make_contact(people.owner, phone="", code=CODE, hint=HINT)
    page = text(browser_of(people.owner).get(OWN))
    assert (HINT in page, CODE in page) == (True, False)


def test_a_contact_without_data_is_marked(people: People) -> None:
    make_contact(people.owner, phone="")
    assert "No number or code" in text(browser_of(people.owner).get(OWN))


def test_an_empty_book_names_the_next_step(people: People) -> None:
    page = text(browser_of(people.owner).get(OWN))
    assert f'href="{NEW}"' in page


def test_a_colleague_does_not_see_a_personal_contact(people: People) -> None:
    make_contact(people.owner)
    assert "jan@example.nl" not in text(browser_of(people.colleague).get(OWN))


def test_a_colleague_reads_the_organization_book_and_learns_whom_to_ask(people: People) -> None:
    people.owner.organization.support_email = "help@zorg.example"
    people.owner.organization.save()
    contact = make_contact(people.admin, book=ORGANIZATION)
    page = text(browser_of(people.colleague).get(OURS))
    assert (page_of(contact) in page, NEW_OURS in page) == (True, False)
    assert "help@zorg.example" in page


def test_a_stranger_does_not_see_the_organization_book(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION)
    assert "jan@example.nl" not in text(browser_of(people.stranger).get(OURS))


@pytest.mark.parametrize("url", [OWN, OURS])
def test_a_list_takes_as_many_queries_for_one_row_as_for_three(people: People, url: str) -> None:
    browser = browser_of(people.admin)
    book = {OWN: "personal", OURS: ORGANIZATION}[url]
    make_contact(people.admin, book=book, code=CODE)
    with CaptureQueriesContext(connection) as one:
        browser.get(url)
    make_contact(people.admin, "els@example.nl", book, code=CODE)
    make_contact(people.admin, "piet@example.nl", book, code=CODE)
    with CaptureQueriesContext(connection) as three:
        browser.get(url)
    assert len(three) == len(one)


def test_search_works_without_javascript(people: People) -> None:
    make_contact(people.owner)
    make_contact(people.owner, "els@example.nl", name="Els")
    page = text(browser_of(people.owner).get(OWN, {"q": "els"}))
    assert ("els@example.nl" in page, "jan@example.nl" in page) == (True, False)


def test_live_search_gets_the_list_alone(people: People) -> None:
    make_contact(people.owner)
    page = text(browser_of(people.owner).get(OWN, {"q": "jan"}, headers={"HX-Request": "true"}))
    assert ("jan@example.nl" in page, "<html" in page) == (True, False)


def test_a_contact_is_added_as_people_type(people: People) -> None:
    response = browser_of(people.owner).post(NEW, JAN, follow=True)
    contact = Contact.objects.get(owner=people.owner)
    assert (contact.address, contact.data.get().e164) == ("jan@example.nl", MOBILE)
    assert "Jan Jansen is saved" in text(response)


def test_the_page_comes_back_with_what_was_typed_but_the_code(people: People) -> None:
    typed = JAN | {"phone": "020 123 4567", "code": CODE, "hint": HINT}
    response = browser_of(people.owner).post(NEW, typed)
    page = text(response)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert all(value in page for value in (JAN["address"], "020 123 4567", HINT))
    assert "020 123 4567 is a landline" in page
    assert "type the access code again" in page
    assert CODE not in page


def test_a_second_contact_leads_to_the_first(people: People) -> None:
    contact = make_contact(people.owner)
    response = browser_of(people.owner).post(NEW, JAN)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert f'href="{page_of(contact)}"' in text(response)


def test_a_link_to_add_a_known_address_opens_its_contact(people: People) -> None:
    contact = make_contact(people.owner)
    query = {"address": "JAN@example.nl", "next": "/drafts/5/"}
    response = browser_of(people.owner).get(NEW, query)
    assert response.url == f"{page_of(contact)}?next=%2Fdrafts%2F5%2F"  # type: ignore[attr-defined]


def test_a_link_fills_in_address_and_name(people: People) -> None:
    page = text(browser_of(people.owner).get(NEW, {"address": "els@example.nl", "name": "Els B"}))
    assert 'value="els@example.nl"' in page
    assert 'value="Els B"' in page


def test_the_fields_are_named_with_the_address(people: People) -> None:
    page = text(browser_of(people.owner).get(page_of(make_contact(people.owner))))
    assert page.count("jan@example.nl</span>") == 2


@pytest.mark.parametrize(
    ("target", "reached"),
    [("/drafts/5/", "/drafts/5/"), ("https://evil.example/", OWN), ("//evil.example", OWN)],
)
def test_saving_leads_back_to_our_own_pages_only(people: People, target: str, reached: str) -> None:
    response = browser_of(people.owner).post(NEW, JAN | {"next": target})
    assert response.url == reached  # type: ignore[attr-defined]


def test_an_edit_keeps_the_stored_code(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    browser_of(people.owner).post(page_of(contact), JAN | {"hint": HINT})
    assert contact.data.get(method=ACCESS_CODE).open_code() == (CODE, HINT)


def test_an_edit_can_remove_the_stored_code(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    browser_of(people.owner).post(page_of(contact), JAN | {"remove_code": "on", "hint": HINT})
    assert [datum.method for datum in contact.data.all()] == [SMS]


def test_the_page_of_a_contact_never_holds_its_code(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    page = text(browser_of(people.owner).get(page_of(contact)))
    assert (HINT in page, CODE in page) == (True, False)


def test_looking_changes_nothing_and_leads_to_the_contact(people: People) -> None:
    contact = make_contact(people.owner)
    lines = AuditEntry.objects.count()
    browser_of(people.owner).get(page_of(contact))
    response = browser_of(people.owner).get(reverse("contact_delete", args=[contact.pk]))
    assert response.headers["Location"] == page_of(contact)
    assert (Contact.objects.count(), AuditEntry.objects.count()) == (1, lines)


@pytest.mark.parametrize("who", ["colleague", "admin", "stranger"])
def test_nobody_else_opens_or_deletes_a_personal_contact(people: People, who: str) -> None:
    contact = make_contact(people.owner)
    browser = browser_of(getattr(people, who))
    answers = [
        browser.get(page_of(contact)),
        browser.post(page_of(contact), JAN),
        browser.post(reverse("contact_delete", args=[contact.pk])),
    ]
    assert [answer.status_code for answer in answers] == [HTTPStatus.NOT_FOUND] * 3


def test_a_reader_of_the_organization_book_sees_but_cannot_save(people: People) -> None:
    contact = make_contact(people.admin, book=ORGANIZATION)
    browser = browser_of(people.colleague)
    read, write = browser.get(page_of(contact)), browser.post(page_of(contact), JAN)
    assert (read.status_code, write.status_code) == (HTTPStatus.OK, HTTPStatus.NOT_FOUND)
    assert (MOBILE[-2:] in text(read), '<input type="tel"' in text(read)) == (True, False)
    assert browser.get(NEW_OURS).status_code == HTTPStatus.NOT_FOUND


def test_a_sender_edits_the_organization_book_where_the_policy_says_so(people: People) -> None:
    set_policy(people.owner, organization_book=EDIT)
    browser_of(people.owner).post(NEW_OURS, JAN)
    assert Contact.objects.get().owner is None


def test_an_admin_fixes_a_contact_and_a_sender_leaves_it_fixed(people: People) -> None:
    set_policy(people.owner, organization_book=EDIT)
    browser_of(people.admin).post(NEW_OURS, JAN | {"fixed": "on"})
    contact = Contact.objects.get()
    browser_of(people.owner).post(page_of(contact), JAN | {"name": "Jan J."})
    contact.refresh_from_db()
    assert (contact.name, contact.fixed) == ("Jan J.", True)


def test_a_whole_domain_is_added_to_the_organization_book(people: People) -> None:
    typed = {"address": "@Example.org", "code": CODE, "hint": HINT}
    browser_of(people.admin).post(NEW_OURS, typed)
    assert Contact.objects.get().address == "@example.org"


def test_deleting_can_be_undone(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    browser = browser_of(people.owner)
    page = text(browser.post(reverse("contact_delete", args=[contact.pk]), follow=True))
    [key] = browser.session["contacts_deleted"]
    undo = reverse("contact_restore", args=[key])
    assert (Contact.objects.count(), f'action="{undo}"' in page) == (0, True)
    browser.post(undo)
    assert Contact.objects.get().data.get(method=ACCESS_CODE).open_code() == (CODE, HINT)


def test_a_deletion_is_undone_once(people: People) -> None:
    browser = browser_of(people.owner)
    browser.post(reverse("contact_delete", args=[make_contact(people.owner).pk]))
    [key] = browser.session["contacts_deleted"]
    first, again = (browser.post(reverse("contact_restore", args=[key])) for _ in range(2))
    assert (first.status_code, again.status_code) == (HTTPStatus.FOUND, HTTPStatus.NOT_FOUND)


def test_the_session_holds_a_deleted_contact_sealed(people: People) -> None:
    browser = browser_of(people.owner)
    browser.post(reverse("contact_delete", args=[make_contact(people.owner, code=CODE).pk]))
    kept = str(dict(browser.session))
    assert not any(value in kept for value in (CODE, MOBILE, "jan@example.nl"))


def test_undo_keeps_a_contact_that_was_added_meanwhile(people: People) -> None:
    browser = browser_of(people.owner)
    browser.post(reverse("contact_delete", args=[make_contact(people.owner).pk]))
    make_contact(people.owner, name="Nieuw")
    [key] = browser.session["contacts_deleted"]
    page = text(browser.post(reverse("contact_restore", args=[key]), follow=True))
    assert "It was kept" in page
    assert Contact.objects.get().name == "Nieuw"


@pytest.mark.parametrize("key", ["x", "%F0%9F%98%80", "a" * 200])
def test_an_undo_of_nothing_is_not_found(people: People, key: str) -> None:
    response = browser_of(people.owner).post(f"/contacts/restore/{key}/")
    assert response.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("url", ["/contacts/0/", f"/contacts/{10**30}/"])
def test_a_contact_that_cannot_be_is_not_found(people: People, url: str) -> None:
    assert browser_of(people.owner).get(url).status_code == HTTPStatus.NOT_FOUND


def test_markup_in_a_name_and_a_hint_is_shown_as_text(people: People) -> None:
    name = "<img src=x onerror=alert(1)>"
    contact = make_contact(people.owner, name=name, code=CODE, hint=name)
    browser = browser_of(people.owner)
    pages = text(browser.get(OWN, {"q": "<img"})) + text(browser.get(page_of(contact)))
    assert ("&lt;img" in pages, "<img src=x" in pages) == (True, False)
