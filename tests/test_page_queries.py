"""Every page with rows takes as many queries for thirty rows as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests import make
from tests.delivery.messages import person, released

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WAITED_FOR = "els@example.nl"
LISTS = (
    *("/", "/sent/", "/radar/", "/contacts/", "/contacts/organization/", "/help/answers/"),
    *("/organization/people/", "/organization/mailboxes/", "/organization/audit/", "/delegates/"),
    *("/organization/domains/", "/organization/keys/", f"/drafts/together/?address={WAITED_FOR}"),
)


def add(admin: User, count: int) -> list[str]:
    """Add so many rows of everything; return the pages of what has as many recipients."""
    names = [f"r{number}@of{count}.example" for number in range(count)]
    _ = [make.draft(admin, WAITED_FOR, subject=name) for name in names]
    _ = [make.contact(admin, name, phone=make.NUMBER) for name in names]
    _ = [make.shared_contact(admin, f"our-{name}", phone=make.NUMBER) for name in names]
    _ = [make.user(admin.organization) for _ in names]
    _ = [released(person(name), sender=admin) for name in names]
    draft = make.draft(admin, *(f"new-{name}" for name in names))
    message = released(*map(person, names), sender=admin)
    return [f"/drafts/{draft.pk}/", f"/messages/{message.pk}/"]


def queries(browser: Client, pages: list[str]) -> list[int]:
    """Return how many queries each page takes."""

    def count(page: str) -> int:
        browser.get(page)  # that it was looked at is noted the first time
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page).status_code == 200, page
        return len(captured)

    return [count(page) for page in pages]


def test_pages_take_as_many_queries_for_thirty_rows_as_for_one() -> None:
    admin = make.user(role=User.Role.ADMIN)
    browser = make.signed_in(admin)
    few = queries(browser, [*add(admin, 1), *LISTS])

    pages = [*add(admin, 30), *LISTS]
    many = queries(browser, pages)

    assert [each for each in zip(pages, few, many, strict=True) if each[1] != each[2]] == []
