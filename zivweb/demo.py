"""The demo organizations: people, policies, and address books with a dozen believable contacts."""

from dataclasses import dataclass

from django.db import transaction

from accounts.actions import create_organization
from accounts.demonstration import HOSPITAL, PASSWORD, TOWN
from accounts.models import Organization, User
from accounts.policy import EDIT, ORGANIZATION, PERSONAL, READ, Policy
from contacts.actions import save_contact
from contacts.entries import ContactEntry


@dataclass(frozen=True, slots=True)
class Person:
    """A demo user."""

    email: str
    name: str
    role: str = User.Role.SENDER
    language: str = "nl"


SENDERS = {
    HOSPITAL: (
        Person("anna@zorg.example", "Anna de Vries"),
        Person("bram@zorg.example", "Bram Jansen", language="en"),
        Person("admin@zorg.example", "Asha Ramdin", User.Role.ADMIN),
    ),
    TOWN: (
        Person("carla@gemeente.example", "Carla Visser"),
        Person("admin@gemeente.example", "Youssef El Amrani", User.Role.ADMIN),
    ),
}
POLICIES = {
    HOSPITAL: Policy(organization_book=EDIT, keep_signed_in_days=30),
    TOWN: Policy(web_sending=False, organization_book=READ, send_when_complete=True),
}
NAMES = {HOSPITAL: "Zorggroep Zilverlinde", TOWN: "Gemeente Waterveen"}

# name, address, mobile number or access code with its hint
Row = tuple[str, str, str, str, str]
OWN: tuple[Row, ...] = (
    ("Jan Jansen", "jan@example.nl", "+31612345601", "", ""),
    ("Fatima Bouzid", "fatima@example.nl", "+31612345602", "", ""),
    ("Kees de Boer", "kees@example.org", "", "wilgen-laan-83", "Uw straat van vroeger"),
    ("Sophie Smit", "sophie@example.com", "+31612345603", "", ""),
    ("Praktijk De Linde", "balie@delinde.example", "+31612345604", "", ""),
    ("Mehmet Yildiz", "mehmet@example.net", "+31612345605", "", ""),
    ("Tom Peeters", "tom@example.be", "+32470123456", "", ""),
    ("Lotte Mulder", "lotte@example.nl", "", "", ""),
    ("Henk van Dijk", "henk@example.nl", "+31612345606", "", ""),
    ("Ria Bakker", "ria@example.nl", "", "Q7 rode fiets", "Afgesproken aan de balie"),
    ("Advocaat Meijer", "meijer@advocaat.example", "+31612345607", "", ""),
    ("Daan Willems", "daan@example.org", "+31612345608", "", ""),
)  # fmt: skip
SHARED: tuple[Row, ...] = (
    ("Huisarts Van den Berg", "info@huisarts.example", "+31612345611", "", ""),
    ("Apotheek Centrum", "recept@apotheek.example", "+31612345612", "", ""),
    ("GGD Waterland", "meldpunt@ggd.example", "", "dijk-7-waterland", "Afspraak met de GGD"),
    ("Ziekenhuis Oost, poli 4", "poli4@ziekenhuis.example", "+31612345613", "", ""),
    ("Piet Hendriks", "piet@example.nl", "+31612345614", "", ""),
    ("Noor Dekker", "noor@example.nl", "+31612345615", "", ""),
    ("Woningstichting Ons Huis", "wonen@onshuis.example", "+31612345616", "", ""),
    ("Politie, wijkagent", "wijkagent@politie.example", "+31612345617", "", ""),
    ("School De Regenboog", "ib@regenboog.example", "+31612345618", "", ""),
    ("Thuiszorg Samen", "planning@samen.example", "+31612345619", "", ""),
    ("Iris Vermeulen", "iris@example.nl", "", "", ""),
    ("Alles van De Brug", "@debrug.example", "", "brug-open-1842", "Bekend bij De Brug"),
)  # fmt: skip


@transaction.atomic
def load() -> bool:
    """Make the demo organizations; tell whether they were not there yet."""
    if Organization.objects.exists():
        return False
    for domain, people in SENDERS.items():
        organization = create_organization(NAMES[domain], [domain], policy=POLICIES[domain])
        organization.support_name = "Servicedesk"
        organization.support_email = f"servicedesk@{domain}"
        organization.support_phone = "020 555 0123"
        organization.save()
        users = [_user(organization, person) for person in people]
        _fill(users[-1], SHARED, ORGANIZATION)
        for user in users:
            if not user.is_admin:
                _fill(user, OWN, PERSONAL)
    return True


def _user(organization: Organization, person: Person) -> User:
    return User.objects.create_user(
        person.email,
        PASSWORD,
        name=person.name,
        role=person.role,
        language=person.language,
        organization=organization,
    )


def _fill(user: User, rows: tuple[Row, ...], book: str) -> None:
    for name, address, phone, code, hint in rows:
        entry = ContactEntry(
            book=book, name=name, address=address, phone=phone, code=code, hint=hint
        )
        save_contact(user, entry)
