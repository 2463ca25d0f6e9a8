"""The pages of imports, exports, filters and proposals, without a browser."""

from http import HTTPStatus
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE, ORGANIZATION, PROPOSE
from contacts import actions, states
from contacts.models import Contact, Datum, ImportRun, PastDatum, Proposal
from contacts.tasks import forget_old_rows, work_imports
from tests.contacts.imports import HEADER, imported, uploaded
from tests.contacts.people import (
    CODE,
    HINT,
    MOBILE,
    OTHER_MOBILE,
    People,
    browser_of,
    make_contact,
    set_policy,
)

JAN, UPLOAD = "jan@example.nl", reverse("contact_import")
BOOK = reverse("organization_contact_list")


def text(response: Any) -> str:
    """Return the page as text."""
    content = b"".join(response) if response.streaming else response.content
    return str(content.decode())


def send(browser: Client, content: bytes, book: str = ORGANIZATION) -> Any:
    """Upload a file."""
    file = SimpleUploadedFile("people.csv", content)
    return browser.post(UPLOAD, {"file": file, "book": book})


def test_a_file_goes_from_upload_to_report(people: People) -> None:
    browser = browser_of(people.admin)
    send(browser, f"{HEADER}\n{JAN},=Jan,{MOBILE},,\nnobody,,,,\n".encode())
    run = ImportRun.objects.get()
    pages = {name: reverse(f"import_{name}", args=[run.pk]) for name in ("run", "check", "start")}
    browser.post(pages["check"], {f"column{n}": role for n, role in enumerate(run.roles)})
    work_imports()
    assert "This is what would happen" in text(browser.get(pages["run"]))
    browser.post(pages["start"], {"changed_rows": "overwrite", "conflicts": "ask"})
    work_imports()
    report = text(browser.get(reverse("import_report", args=[run.pk])))
    assert "1,jan@example.nl,New" in report
    assert "2,,Refused,This is not an email address.,nobody" in report


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"PK\x03\x04", "not an Excel workbook"), (b"", "empty"), (b"hello", "no columns")],
)
def test_a_file_that_cannot_be_read_is_explained(people: People, content: bytes, why: str) -> None:
    response = send(browser_of(people.admin), content)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert why in text(response)


def test_a_file_that_is_too_large_is_not_kept(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.uploads.MAX_BYTES", 10)
    response = send(browser_of(people.admin), b"email\njan@example.nl\n")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "at most 100 MB" in text(response)


def test_an_upload_needs_its_token(people: People) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.admin)
    assert send(browser, b"email\nx\n").status_code == HTTPStatus.FORBIDDEN


def test_a_sender_imports_into_the_own_book_only(people: People) -> None:
    browser = browser_of(people.owner)
    assert send(browser, b"email\nx@example.nl\n").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    send(browser, b"email\nx@example.nl\n", "personal")
    assert ImportRun.objects.get().owner == people.owner


def test_a_mapping_without_addresses_is_explained(people: People) -> None:
    browser = browser_of(people.admin)
    send(browser, b"email,name\nx@example.nl,X\n")
    response = browser.post(reverse("import_check", args=[ImportRun.objects.get().pk]), {})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "which column holds the email addresses" in text(response)


def test_an_import_is_started_once(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},Jan,{MOBILE},,")
    browser, choices = browser_of(people.admin), {"changed_rows": "keep", "conflicts": "keep"}
    _ = [browser.post(reverse("import_start", args=[run.pk]), choices) for _ in range(2)]
    work_imports()
    assert ImportRun.objects.get().state == states.DONE


def test_a_checked_file_that_is_not_imported_has_nothing_to_undo(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},Jan,{MOBILE},,")
    browser = browser_of(people.admin)

    page = text(browser.post(reverse("import_cancel", args=[run.pk]), follow=True))

    assert "the address book is as it was" in page
    assert reverse("import_undo", args=[run.pk]) not in page


def test_an_import_is_undone_on_its_page(people: People) -> None:
    run = imported(people.admin, f"{JAN},Jan,{MOBILE},,")
    browser_of(people.admin).post(reverse("import_undo", args=[run.pk]))
    work_imports()
    assert (Contact.objects.count(), ImportRun.objects.get().state) == (0, states.UNDONE)


def test_an_export_holds_no_codes_and_no_formulas(people: People) -> None:
    make_contact(people.admin, book=ORGANIZATION, name="=1+1", code=CODE, hint=HINT)
    url = reverse("contact_export") + "?book=organization"
    exported = text(browser_of(people.colleague).get(url))
    assert exported.splitlines()[1] == f"{JAN},'=1+1,'{MOBILE},,{HINT},"
    assert CODE not in exported


def test_a_second_export_of_an_organization_comes_back_later(people: People) -> None:
    url = reverse("contact_export") + "?book=organization"
    first = browser_of(people.colleague).get(url)

    second = browser_of(people.admin).get(url)
    other = browser_of(people.stranger).get(url)

    assert (first.status_code, second.status_code, other.status_code) == (200, 503, 200)
    assert (second["Retry-After"], len(text(first).splitlines())) == ("10", 1)
    assert browser_of(people.admin).get(url).status_code == 200


def test_who_exports_a_book_is_noted(people: People) -> None:
    browser_of(people.colleague).get(reverse("contact_export") + "?book=organization")
    line = AuditEntry.objects.get(verb="export_contacts")
    assert (line.actor, line.data) == (people.colleague, {"book": "organization"})


@pytest.mark.parametrize("name", ["Jan Jansen", "=1+1", "Jan; =1+1", "a|-b;@c", "Jan; Piet"])
def test_an_export_is_imported_back(people: People, name: str) -> None:
    make_contact(people.admin, book=ORGANIZATION, name=name)
    exported = text(browser_of(people.admin).get(reverse("contact_export") + "?book=organization"))
    run = imported(people.admin, *exported.splitlines()[1:])
    assert run.counts.get(states.SAME) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"filter": "no_data"}, ["Piet"]),
        ({"filter": "unproven"}, ["Els", "Jan"]),
        ({"filter": "conflicting"}, ["Els"]),
        ({"source": "import"}, ["Jan"]),
        ({"domain": "example.org"}, ["Piet"]),
        ({"q": "an", "filter": "unproven"}, ["Jan"]),
        ({"filter": "nonsense"}, ["Els", "Jan", "Piet"]),
    ],
)
def test_a_book_is_filtered(people: People, query: dict[str, str], found: list[str]) -> None:
    make_contact(people.admin, "els@example.nl", ORGANIZATION, name="Els")
    make_contact(people.admin, "piet@example.org", ORGANIZATION, name="Piet", phone="")
    imported(people.admin, f"{JAN},Jan,{MOBILE},,", f"els@example.nl,,{OTHER_MOBILE},,")
    page = text(browser_of(people.admin).get(BOOK, query))
    assert [name for name in ("Els", "Jan", "Piet") if f">{name}</a>" in page] == found


def test_a_sender_proposes_and_an_admin_accepts(people: People) -> None:
    set_policy(people.owner, organization_book=PROPOSE)
    contact = make_contact(people.admin, book=ORGANIZATION)
    entry = {"name": "Jan", "address": JAN, "phone": OTHER_MOBILE, "code": CODE, "hint": HINT}
    browser_of(people.owner).post(reverse("contact", args=[contact.pk]), entry)
    assert Datum.objects.get().e164 == MOBILE
    decided = {"pk": Proposal.objects.get().pk, "decision": "accept"}
    browser_of(people.admin).post(reverse("contact_proposals"), decided)
    assert Datum.objects.get(method="sms").e164 == OTHER_MOBILE
    assert Datum.objects.get(method=ACCESS_CODE).open_code() == (CODE, HINT)


@pytest.mark.parametrize("who", ["owner", "colleague"])
def test_a_sender_does_not_decide(people: People, who: str) -> None:
    set_policy(people.owner, organization_book=PROPOSE)
    new = {"name": "Jan", "address": JAN, "phone": MOBILE}
    browser_of(people.owner).post(reverse("organization_contact_new"), new)
    decided = {"pk": Proposal.objects.get().pk, "decision": "accept"}
    browser_of(getattr(people, who)).post(reverse("contact_proposals"), decided)
    assert Contact.objects.count() == 0


def test_several_numbers_are_kept_with_one_preferred(people: People) -> None:
    typed = {"address": JAN, "phone": "06 36363636", "more_phones": "06 12345678\n+32 470 123456"}
    browser_of(people.owner).post(reverse("contact_new"), typed)
    data = Datum.objects.order_by("-preferred", "pk")
    assert [datum.e164 for datum in data] == [MOBILE, OTHER_MOBILE, "+32470123456"]


def test_the_page_of_a_contact_puts_back_what_was(people: People) -> None:
    contact = make_contact(people.owner)
    browser = browser_of(people.owner)
    page = reverse("contact", args=[contact.pk])
    browser.post(page, {"address": JAN, "name": "Jan", "phone": OTHER_MOBILE})
    past = PastDatum.objects.get(method="sms")
    browser.post(reverse("contact_bring_back", args=[contact.pk, past.pk]))
    assert contact.data.get().e164 == MOBILE


def test_old_files_and_rows_are_forgotten(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},Jan,{MOBILE},,")
    ImportRun.objects.filter(pk=run.pk).update(created_at="2020-01-01T00:00:00Z")
    forget_old_rows()
    run.refresh_from_db()
    assert (run.file, bytes(run.samples)) == (None, b"")
    assert actions.due_runs() == []


def test_only_what_a_file_holds_is_asked_about(people: People) -> None:
    run = uploaded(people.admin, f"{JAN},Jan,{MOBILE},,")
    page = browser_of(people.admin).get(f"/contacts/import/{run.pk}/").content.decode()
    assert "Rows that contradict" not in page
    assert page.count('type="hidden" name="conflicts" value="ask"') == 1
