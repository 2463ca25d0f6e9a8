"""Which addresses of the books are like one that somebody typed."""

import pytest

from contacts.access.suggesting import contacts_like
from tests import make

pytestmark = pytest.mark.django_db


def test_addresses_with_the_same_name_or_letter_and_domain_are_found() -> None:
    user = make.user()
    make.contact(user, "jan@other.example")
    make.contact(user, "jolanda@example.nl")
    make.contact(user, "els@example.nl")

    found = contacts_like(user.organization_id, user.pk, ["jan@example.nl"])

    assert sorted(found) == ["jan@other.example", "jolanda@example.nl"]


def test_addresses_in_a_colleagues_book_are_not_found() -> None:
    colleague = make.user()
    make.contact(colleague, "jan@example.nl")
    other = make.user(colleague.organization)

    assert contacts_like(other.organization_id, other.pk, ["jan@exmaple.nl"]) == []
