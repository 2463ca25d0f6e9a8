"""Who is let in, what they may do, and which domains are the organization's own."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import actions
from accounts.models import AuditEntry, Domain, Role, User
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

PEOPLE, DOMAINS = "/organization/people/", "/organization/domains/"
SPARE = "spare.example"


@pytest.fixture(autouse=True)
def _mails_go_to_the_outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"


@pytest.fixture
def admin() -> User:
    return make.user(role=Role.ADMIN)


def newest_mail(to: str) -> str:
    """Return the newest mail in the outbox, to this address."""
    row = Notification.objects.filter(channel="mail").latest("pk")
    wire = unpack_mail(row.unseal(PAYLOAD, bytes(row.payload)))
    assert wire.to == to
    return wire.raw.decode()


def asked(admin: User) -> tuple[Domain, str]:
    """Have a code mailed to the postmaster of another domain; return domain and code."""
    make.signed_in(admin).post(DOMAINS, {"name": SPARE})
    found = re.search(r"(?<![\w-])\d{4}-\d{4}-\d{4}(?![\w-])", newest_mail(f"postmaster@{SPARE}"))
    assert found
    return Domain.objects.get(name=SPARE), found[0]


def confirm(admin: User, domain: Domain, code: str) -> bool:
    """Fill the code in on the page; tell whether the domain counts then."""
    make.signed_in(admin).post(f"{DOMAINS}{domain.pk}/confirm/", {"code": code})
    domain.refresh_from_db()
    return domain.confirmed_at is not None


def invite(admin: User, **more: object) -> str:
    """Invite somebody on the page; return the address."""
    address = f"new@{admin.organization.domains.get().name}"
    form = {"email": address, "name": "Noor", "language": "nl", "roles": ["sender"]} | more
    make.signed_in(admin).post(f"{PEOPLE}new/", form)
    return address


def test_a_domain_counts_with_the_code_that_its_postmaster_got(admin: User) -> None:
    domain, code = asked(admin)
    before = domain.confirmed_at
    assert (before, confirm(admin, domain, code.replace("-", " "))) == (None, True)
    assert AuditEntry.objects.filter(verb="confirm_domain", actor=admin).count() == 1


def test_a_code_of_a_domain_can_be_tried_five_times(admin: User) -> None:
    domain, code = asked(admin)
    wrong = [confirm(admin, domain, "0000-0000-0000") for _ in range(5)]
    assert (wrong, confirm(admin, domain, code)) == ([False] * 5, False)


def test_a_code_of_a_domain_ends(admin: User) -> None:
    domain, code = asked(admin)
    Domain.objects.update(code_at=timezone.now() - timedelta(days=8))
    assert not confirm(admin, domain, code)


def test_a_domain_belongs_to_who_proves_it_first(admin: User) -> None:
    domain, code = asked(admin)
    Domain.objects.filter(pk=domain.pk).update(code_at=timezone.now() - timedelta(hours=1))
    other = make.user(role=Role.ADMIN)
    theirs = actions.ask_domain(other.organization, SPARE, actor=other)
    assert (confirm(admin, domain, code), confirm(other, theirs, code)) == (True, False)


def test_an_invitation_leads_to_the_sign_in_page(admin: User) -> None:
    address = invite(admin)
    mail, person = newest_mail(address), User.objects.get(email=address)
    assert ("/account/login/" in mail, admin.display_name in mail) == (True, True)
    assert (person.name, person.language, person.roles) == ("Noor", "nl", ("sender",))


def test_an_invitation_can_be_mailed_again(admin: User) -> None:
    person = User.objects.get(email=invite(admin))
    make.signed_in(admin).post(f"{PEOPLE}{person.pk}/invite/")
    assert Notification.objects.filter(kind="invitation").count() == 2


def test_nobody_is_invited_from_outside_the_domains(admin: User) -> None:
    invite(admin, email="new@elsewhere.example")
    assert not User.objects.filter(email="new@elsewhere.example").exists()


def test_a_role_is_given_on_the_page_and_written_down(admin: User) -> None:
    person = make.user(admin.organization)
    form = {"name": "Noor", "language": "en", "roles": ["editor", "auditor"]}
    before = make.signed_in(person).get("/organization/audit/").status_code
    make.signed_in(admin).post(f"{PEOPLE}{person.pk}/", form)
    line = AuditEntry.objects.get(verb="change_person")
    after = make.signed_in(person).get("/organization/audit/").status_code
    assert (before, after) == (404, 200)
    assert (line.data["before"]["roles"], line.actor) == (["sender"], admin)
    assert sorted(line.data["after"]["roles"]) == ["auditor", "editor"]


def test_the_last_admin_stays_one(admin: User) -> None:
    form = {"name": "Noor", "language": "en", "roles": ["sender"]}
    answer = make.signed_in(admin).post(f"{PEOPLE}{admin.pk}/", form)
    admin.refresh_from_db()
    assert (answer.status_code, Role.POLICY_ADMIN in admin.roles) == (422, True)
