"""Who finds which contact, and how many queries it takes."""

import pytest
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from accounts.policy import ACCESS_CODE, EDIT, ORGANIZATION, PERSONAL, READ, SMS
from contacts import access
from contacts.models import Contact, Datum
from tests.contacts.people import CODE, HINT, MOBILE, People, make_contact, set_policy


def found(people: People, query: str) -> list[str]:
    """Return the addresses that the owner finds in the own book."""
    page = access.contacts_page(people.owner, PERSONAL, access.Wanted(query))
    return [contact.address for contact in page.rows]


def test_the_owner_finds_an_own_contact(people: People) -> None:
    contact = make_contact(people.owner)
    assert access.contact_for(people.owner, contact.pk) == contact


def test_a_colleague_does_not_find_a_personal_contact(people: People) -> None:
    contact = make_contact(people.owner)
    with pytest.raises(Http404):
        access.contact_for(people.colleague, contact.pk)


def test_an_admin_does_not_find_a_personal_contact(people: People) -> None:
    contact = make_contact(people.owner)
    with pytest.raises(Http404):
        access.contact_for(people.admin, contact.pk)


def test_a_colleague_finds_an_organization_contact(people: People) -> None:
    contact = make_contact(people.admin, book=ORGANIZATION)
    assert access.contact_for(people.colleague, contact.pk) == contact


def test_a_stranger_does_not_find_an_organization_contact(people: People) -> None:
    contact = make_contact(people.admin, book=ORGANIZATION)
    with pytest.raises(Http404):
        access.contact_for(people.stranger, contact.pk)


def test_a_sender_may_not_edit_an_organization_contact(people: People) -> None:
    contact = make_contact(people.admin, book=ORGANIZATION)
    with pytest.raises(Http404):
        access.contact_to_edit(people.colleague, contact.pk)


@pytest.mark.parametrize(("switch", "allowed"), [(EDIT, True), (READ, False)])
def test_the_policy_says_whether_senders_edit_the_organization_book(
    people: People, switch: str, allowed: bool
) -> None:
    set_policy(people.owner, organization_book=switch)
    assert access.may_edit_organization_book(people.owner) is allowed


def test_an_admin_may_always_edit_the_organization_book(people: People) -> None:
    set_policy(people.admin, organization_book=READ)
    assert access.may_edit_organization_book(people.admin)


@pytest.mark.parametrize("count", [1, 100])
def test_stored_data_takes_two_queries(
    people: People, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    addresses = [f"person{number}@example.nl" for number in range(count)]
    kept = [make_contact(people.owner, address, code=CODE) for address in addresses]
    with django_assert_num_queries(2):
        data = access.stored_data(people.owner.organization_id, people.owner.pk, addresses)
    assert len(data) == 2 * len(kept)


def test_stored_data_of_nobody_is_empty(people: People) -> None:
    assert access.stored_data(people.owner.organization_id, people.owner.pk, []) == []


def test_stored_data_comes_from_both_books_and_the_domain(people: People) -> None:
    make_contact(people.owner)
    make_contact(people.admin, book=ORGANIZATION)
    make_contact(people.admin, "@example.nl", ORGANIZATION, phone="", code=CODE)
    data = access.stored_data(people.owner.organization_id, people.owner.pk, ["jan@example.nl"])
    assert [(datum.address, datum.book, datum.method) for datum in data] == [
        ("jan@example.nl", PERSONAL, SMS),
        ("jan@example.nl", ORGANIZATION, SMS),
        ("@example.nl", ORGANIZATION, ACCESS_CODE),
    ]


def test_stored_data_holds_number_source_and_who_entered_it(people: People) -> None:
    contact = make_contact(people.owner)
    [datum] = access.stored_data(people.owner.organization_id, people.owner.pk, ["jan@example.nl"])
    shown = (datum.contact_id, datum.phone, datum.source, datum.actor_id, datum.confirmed_at)
    assert shown == (contact.pk, MOBILE, "manual", people.owner.pk, None)


def test_stored_data_leaves_out_a_colleague_and_another_organization(people: People) -> None:
    make_contact(people.colleague)
    make_contact(people.stranger, book=ORGANIZATION)
    data = access.stored_data(people.owner.organization_id, people.owner.pk, ["jan@example.nl"])
    assert data == []


def test_an_access_code_opens_with_its_hint(people: People) -> None:
    contact = make_contact(people.owner, phone="", code=CODE, hint=HINT)
    assert access.open_codes([contact.data.get().pk]) == {contact.data.get().pk: (CODE, HINT)}


def test_an_access_code_is_not_readable_in_its_row(people: People) -> None:
    make_contact(people.owner, phone="", code=CODE, hint=HINT)
    [sealed] = Datum.objects.values_list("code_sealed", flat=True)
    assert CODE.encode() not in bytes(sealed)


@pytest.mark.parametrize(
    "query",
    ["jansen", "JAN jansen", "example.nl", "jan@", "06 36 36", "0031636", "+31 6-36", "3636"],
)
def test_search_finds_name_address_domain_and_part_of_a_number(people: People, query: str) -> None:
    make_contact(people.owner)
    make_contact(people.owner, "els@other.example", name="Els", phone="+31612121212")
    assert found(people, query) == ["jan@example.nl"]


def test_search_finds_a_domain_as_a_person_writes_it(people: People) -> None:
    make_contact(people.owner, "jan@xn--mnchen-3ya.example")
    assert found(people, "@münchen.example") == ["jan@xn--mnchen-3ya.example"]


@pytest.mark.parametrize("query", ["nobody", "%", "\x00%_", "a" * 5000, "---"])
def test_search_without_a_match_finds_nothing(people: People, query: str) -> None:
    make_contact(people.owner)
    assert found(people, query) == []


def test_contacts_are_in_order_of_their_names(people: People) -> None:
    make_contact(people.owner, "a@example.nl", name="zita")
    make_contact(people.owner, "m@example.nl", name="")
    make_contact(people.owner, "z@example.nl", name="Anton")
    assert found(people, "") == ["z@example.nl", "m@example.nl", "a@example.nl"]


def test_paging_shows_each_contact_once(people: People) -> None:
    organization = people.owner.organization
    Contact.objects.bulk_create(
        Contact(organization=organization, owner=people.owner, name="Jan", address=f"p{n}@a.nl")
        for n in range(40)
    )
    first = access.contacts_page(people.owner, PERSONAL)
    second = access.contacts_page(people.owner, PERSONAL, after=first.next_key)
    assert len({*first.rows, *second.rows}) == 40
    assert second.next_key == ""


@pytest.mark.parametrize("key", ["", "0", "x", "²", "9" * 30])
def test_a_page_key_that_means_nothing_shows_the_first_page(people: People, key: str) -> None:
    contact = make_contact(people.owner)
    assert access.contacts_page(people.owner, PERSONAL, after=key).rows == [contact]
