"""People whose domain has other letters, and what they and other systems type of it."""

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.access import organization_of_domain
from accounts.access.provisioning import account_in, accounts_of, people_in
from accounts.actions import add_delegate
from accounts.actions.provisioning import present
from accounts.forms import DelegateForm, LookForm, MailboxForm, PasswordResetForm, PersonForm
from accounts.forms.signing_in import SignInCodeForm, SignInForm
from accounts.models import User
from accounts.provisioning import PATCH, patched, read_filter
from tests import make

pytestmark = pytest.mark.django_db

DOMAIN = "straße-nord.example"
SPELLINGS = [
    "{}@straße-nord.example",
    " {}@STRAẞE-NORD.example ",
    "\u200e{}@xn--strae-nord-83a.example",
]


@pytest.fixture
def person() -> User:
    """Somebody of an organization whose domain has a sharp s."""
    return make.user(make.organization(domain=DOMAIN))


def spelled(person: User, spelling: str) -> str:
    """Return the address as it is typed."""
    return spelling.format(person.email.partition("@")[0].upper())


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_somebody_signs_in_however_the_address_is_typed(person: User, spelling: str) -> None:
    login = {"login": spelled(person, spelling), "password": make.PASSWORD}
    answer = Client().post("/account/login/", login)
    assert answer.status_code == 302


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_system_finds_somebody_however_it_spells(person: User, spelling: str) -> None:
    text = spelled(person, spelling)
    place = person.organization
    assert account_in(place, text) == person
    assert list(accounts_of(place, read_filter(f'userName eq "{text}"'))) == [person]
    assert people_in(place, [text]) == {text: person}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_delegate_is_found_however_the_address_is_typed(person: User, spelling: str) -> None:
    owner = make.user(person.organization)
    assert add_delegate(owner, spelled(person, spelling), actor=owner) == person


def test_an_alias_is_taken_away_however_it_is_spelled(person: User) -> None:
    person.aliases.create(address="balie@xn--strae-nord-83a.example")
    removal = {"op": "remove", "path": "aliases", "value": ["Balie@straße-nord.example"]}
    assert patched({"schemas": [PATCH], "Operations": [removal]}, present(person)).aliases == ()


def test_the_organization_of_a_domain_is_its_owner(person: User) -> None:
    assert organization_of_domain("STRAẞE-nord.example") == person.organization
    assert organization_of_domain("strasse-nord.example") is None
    assert organization_of_domain("not a domain") is None


def test_a_second_factor_is_taken_away_by_any_spelling(person: User) -> None:
    call_command("reset_second_factor", spelled(person, SPELLINGS[0]))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (SignInForm, "login"),
        (SignInCodeForm, "email"),
        (PasswordResetForm, "email"),
        (PersonForm, "email"),
        (MailboxForm, "email"),
        (DelegateForm, "delegate"),
    ],
)
def test_no_browser_makes_another_domain_of_an_address(form: type, field: str) -> None:
    assert form().fields[field].widget.input_type == "text"


def test_no_page_of_ours_has_a_browser_read_an_address() -> None:
    shown = LookForm(make.organization())
    assert 'type="email"' not in shown.as_p()
