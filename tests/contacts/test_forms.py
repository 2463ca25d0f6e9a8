"""What may be entered, and the words for what may not."""

import pytest

from accounts.policy import ORGANIZATION, PERSONAL
from contacts import codes
from contacts.forms import (
    AccessCodeField,
    ContactForm,
    MobileNumberField,
    code_error,
    example_mobile,
    phone_error,
)
from tests.contacts.people import CODE, HINT, MOBILE, People, make_contact, set_policy


def form_of(people: People, book: str = PERSONAL, **typed: str) -> ContactForm:
    """Return the form of a new contact, filled in by the admin."""
    return ContactForm({"address": "jan@example.nl"} | typed, user=people.admin, book=book)


@pytest.mark.parametrize(
    "typed",
    [
        "06 36363636",
        "0636363636",
        "06-36 36 36 36",
        "(06) 36363636",
        "+31 6 36363636",
        "+31 (0)6 36363636",
        "0031 6 3636 3636",
        "+31 6 36 36 36 36",
        "06\u00a036\u2010363636",
    ],
)
def test_a_number_is_taken_as_people_type_it(typed: str) -> None:
    assert MobileNumberField().clean(typed) == MOBILE


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("020 123 4567", "020 123 4567 is a landline. A code by SMS needs a mobile number, "),
        ("0900 1234567", "0900 1234567 is not a mobile number."),
        ("06 1234", "06 1234 is too short for a mobile number."),
        ("06 123456789", "The number 06 123456789 does not exist. Check the digits."),
        ("zes", "“zes” holds letters or other signs."),
        ("+999 12345678", "The number +999 12345678 does not exist."),
        ("9" * 99, f"{'9' * 40}… is too long for a mobile number."),
    ],
)
def test_a_refused_number_is_explained(people: People, typed: str, told: str) -> None:
    [error] = form_of(people, phone=typed).errors["phone"]
    assert str(error).startswith(told)


def test_examples_are_written_as_in_the_country_of_the_organization() -> None:
    assert example_mobile("NL") == "06 12345678"
    assert example_mobile("BE") in phone_error("landline", "02 123 45 67", "BE")


def test_a_number_without_country_is_read_as_the_policy_says(people: People) -> None:
    set_policy(people.admin, default_country="BE")
    form = form_of(people, phone="0470 12 34 56")
    assert form.is_valid()
    assert form.entry().phone == "+32470123456"


def test_an_address_alone_is_enough(people: People) -> None:
    form = form_of(people, address=" <JAN@Example.nl> ")
    assert form.is_valid()
    assert (form.entry().address, form.entry().code) == ("jan@example.nl", None)


@pytest.mark.parametrize("typed", ["", "jan", "jan@", "@", "jan@exa mple.nl", "a@b@", "@.nl"])
def test_what_is_no_address_is_refused(people: People, typed: str) -> None:
    assert list(form_of(people, ORGANIZATION, address=typed).errors) == ["address"]


def test_a_whole_domain_is_for_the_organization_book_only(people: People) -> None:
    assert list(form_of(people, PERSONAL, address="@example.org").errors) == ["address"]


def test_a_whole_domain_has_no_number(people: People) -> None:
    form = form_of(people, ORGANIZATION, address="@example.org", phone="0636363636")
    assert list(form.errors) == ["phone"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "ab1"}, codes.TOO_SHORT),
        ({"code": "ab1 " * 20}, codes.TOO_LONG),
        ({"code": "111111"}, codes.TRIVIAL),
        ({"code": CODE, "hint": f"het is {CODE}"}, codes.IS_HINT),
        ({"code": "jan@example.nl"}, codes.IS_ADDRESS),
        ({"code": "Janneke", "name": "Janneke de Boer"}, codes.IS_NAME),
    ],
)
def test_a_bad_access_code_is_explained(
    people: People, fields: dict[str, str], reason: str
) -> None:
    assert form_of(people, **fields).errors["code"] == [code_error(reason)]


def test_a_hint_without_a_code_is_refused(people: People) -> None:
    assert form_of(people, hint=HINT).errors["code"] == ["A hint needs an access code."]


def test_a_hint_that_gives_the_stored_code_away_is_refused(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    typed = {"address": contact.address, "hint": f"{CODE}!"}
    form = ContactForm(typed, user=people.owner, book=PERSONAL, contact=contact)
    assert form.errors["code"] == [code_error(codes.IS_HINT)]


def test_a_typed_code_is_never_sent_back() -> None:
    assert CODE not in AccessCodeField().widget.render("code", CODE)


def test_a_typed_code_goes_before_removing_the_stored_one(people: People) -> None:
    contact = make_contact(people.owner, code=CODE, hint=HINT)
    typed = {"address": contact.address, "code": "rode fiets 34", "remove_code": "on"}
    form = ContactForm(typed, user=people.owner, book=PERSONAL, contact=contact)
    assert form.is_valid()
    assert form.entry().code == "rode fiets 34"


def test_a_method_that_the_policy_leaves_out_is_explained(people: People) -> None:
    set_policy(people.admin, sms_personal=False)
    assert "does not use mobile numbers" in str(form_of(people).fields["phone"].help_text)


@pytest.mark.parametrize(("who", "shown"), [("admin", True), ("owner", False)])
def test_only_an_admin_fixes_a_contact(people: People, who: str, shown: bool) -> None:
    form = ContactForm(user=getattr(people, who), book=ORGANIZATION)
    assert ("fixed" in form.fields) is shown
