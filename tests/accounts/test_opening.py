"""The first organization of a real installation, and the end of a demo."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.access import demo_problem
from accounts.models import AuditEntry, Domain, Organization, SignInSession, User
from notifications.models import Notification
from tests import make
from zivweb import demo

pytestmark = pytest.mark.django_db


def create(domain: str = "kliniek.example", admin: str = "baas@kliniek.example") -> str:
    """Run the command; return what it prints."""
    output = StringIO()
    call_command("create_organization", domain, admin, name="Kliniek", stdout=output)
    return output.getvalue()


def test_an_organization_is_made_with_its_domain_and_admin() -> None:
    create("KLINIEK.example", "Baas@kliniek.example")
    admin = User.objects.get()
    assert (admin.email, admin.is_admin, admin.organization.name) == (
        "baas@kliniek.example", True, "Kliniek",
    )  # fmt: skip
    assert Domain.objects.get().confirmed_at is not None


def test_the_admin_is_invited_by_mail(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"
    create()
    assert Notification.objects.get().kind == "invitation"
    assert AuditEntry.objects.filter(verb="invite_person", actor=None).count() == 1


@pytest.mark.parametrize("needed", ["MX", "SPF", "DKIM", "STARTTLS", "/organization/smtp/"])
def test_it_says_what_is_left_to_do(needed: str) -> None:
    assert needed in create()


@pytest.mark.parametrize(("domain", "admin", "why"), [
    ("kliniek.example", "baas@elsewhere.example", "not an address in"),
    ("no domain", "baas@kliniek.example", "no domain or address"),
    ("kliniek.example", "baas", "no domain or address"),
])  # fmt: skip
def test_what_cannot_be_made_makes_nothing(domain: str, admin: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        create(domain, admin)
    assert not Organization.objects.exists()


def test_a_domain_that_somebody_has_is_not_given_away() -> None:
    create()
    with pytest.raises(CommandError, match="an organization has"):
        create(admin="ander@kliniek.example")
    assert Organization.objects.count() == 1


def test_the_accounts_of_a_demo_are_named_outside_of_it(settings: Settings) -> None:
    demo.load()
    settings.DEMO = False
    assert "5 accounts of the demo can sign in: run manage.py disable_demo_accounts" in (
        demo_problem()
    )


def test_the_demo_itself_runs_with_them() -> None:
    demo.load()
    assert demo_problem() == ""


def test_an_organization_of_ones_own_is_no_demo(settings: Settings) -> None:
    settings.DEMO = False
    make.user()
    assert demo_problem() == ""


def test_a_demo_that_was_ended_lets_nobody_in(settings: Settings) -> None:
    demo.load()
    settings.DEMO = False
    browser = Client()
    browser.force_login(User.objects.get(email="admin@zorg.example"))

    call_command("disable_demo_accounts", stdout=StringIO())

    assert demo_problem() == ""
    assert not SignInSession.objects.exists()
    Client().post("/account/login/", {"login": "admin@zorg.example", "password": "demo"})
    assert not SignInSession.objects.exclude(user=None).exists()
