"""The people of the address book tests: owner, colleague, admin, stranger; and their contacts."""

from dataclasses import dataclass, replace

from django.test import Client

from accounts.models import Organization, User
from accounts.policy import PERSONAL, Policy
from contacts.actions import save_contact
from contacts.entries import ContactEntry
from contacts.models import Contact

MOBILE, OTHER_MOBILE = "+31636363636", "+31612345678"
CODE, HINT = "blauwe fiets 12", "Wat stond er voor de deur?"


@dataclass(frozen=True)
class People:
    """Owner, colleague and admin of one organization; a stranger (an admin) of another."""

    owner: User
    colleague: User
    admin: User
    stranger: User


def make_people() -> People:
    """Store two organizations and their people."""
    ours = Organization.objects.create(name="Zorg", language="en")
    theirs = Organization.objects.create(name="Gemeente", language="en")
    return People(
        owner=make_user("owner@zorg.example", ours),
        colleague=make_user("colleague@zorg.example", ours),
        admin=make_user("admin@zorg.example", ours, User.Role.ADMIN),
        stranger=make_user("stranger@gemeente.example", theirs, User.Role.ADMIN),
    )


def make_user(email: str, organization: Organization, role: str = User.Role.SENDER) -> User:
    """Store a user who reads English."""
    return User.objects.create_user(email, organization=organization, role=role, language="en")


def set_policy(user: User, **switches: object) -> None:
    """Change switches of the organization's policy."""
    policy = replace(Policy(), **switches)  # type: ignore[arg-type]
    user.organization.policy_data = policy.to_json()
    user.organization.save(update_fields=["policy_data"])
    user.__dict__.pop("policy", None)


def make_contact(
    user: User, address: str = "jan@example.nl", book: str = PERSONAL, **fields: str
) -> Contact:
    """Store a contact by hand, as a form would."""
    values = {"name": "Jan Jansen", "phone": MOBILE} | fields
    return save_contact(user, ContactEntry(book=book, address=address, **values))  # type: ignore[arg-type]


def browser_of(user: User) -> Client:
    """Return a signed-in test client."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client
