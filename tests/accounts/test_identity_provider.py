"""Signing in by an organization's own provider: whose word counts, and for whom (ADR 25)."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, Domain, IdentityProvider, User
from tests import make
from tests.accounts.provider import SECRET, Provider, come_in, is_in, running, set_up

pytestmark = pytest.mark.django_db

TRUE: list[object] = [True, "true", "True"]
FALSE: list[object] = [False, "false", "no", 0, None]


@pytest.fixture(autouse=True)
def _nobody_tried_before(settings: Settings) -> None:
    cache.clear()
    settings.PROVIDER_NETWORKS = ["127.0.0.0/8"]
    settings.BASE_URL = "http://testserver"


@pytest.fixture
def provider() -> Iterator[Provider]:
    """An identity provider."""
    with running() as server:
        yield server


@pytest.fixture
def admin() -> User:
    """An admin whose domain has no sign-in of its own yet."""
    return make.user(role=User.Role.ADMIN)


@pytest.fixture
def domain(admin: User) -> Domain:
    """The domain of the admin."""
    return admin.organization.domains.get()


@pytest.fixture
def browser(admin: User, domain: Domain, provider: Provider) -> Client:
    """The browser of the admin, who has just set the provider up."""
    browser = make.signed_in(admin)
    assert set_up(browser, domain, provider.url).status_code == 302
    return browser


@pytest.mark.parametrize("word", FALSE)
def test_an_address_that_was_not_checked_opens_nobodys_account(
    browser: Client, admin: User, domain: Domain, provider: Provider, word: object
) -> None:
    provider.says(admin, email_verified=word)
    IdentityProvider.objects.update(accepts_unchecked=True)
    assert not is_in(come_in(domain))


@pytest.mark.parametrize("word", TRUE)
def test_an_address_that_was_checked_opens_its_account(
    browser: Client, admin: User, domain: Domain, provider: Provider, word: object
) -> None:
    provider.says(admin, email_verified=word)
    assert is_in(come_in(domain))


@pytest.mark.parametrize(("accepted", "inside"), [("on", True), ("", False)])
def test_an_address_without_a_word_counts_as_the_admin_set_it(
    admin: User, domain: Domain, provider: Provider, accepted: str, inside: bool
) -> None:
    set_up(make.signed_in(admin), domain, provider.url, accepts_unchecked=accepted)
    provider.says(admin)
    assert is_in(come_in(domain)) is inside


def test_somebody_who_came_in_before_is_known_by_their_id(
    browser: Client, admin: User, domain: Domain, provider: Provider
) -> None:
    provider.says(admin, email_verified=True)
    come_in(domain)
    provider.claims = {"sub": "42", "email_verified": False}
    assert is_in(come_in(domain))


@pytest.mark.parametrize("typed", ["", "/", "/.well-known/openid-configuration"])
@pytest.mark.parametrize("end", ["", "/"])
def test_an_issuer_is_kept_as_the_provider_says_it(
    admin: User, domain: Domain, end: str, typed: str
) -> None:
    with running(end) as provider:
        set_up(make.signed_in(admin), domain, provider.url + typed)
        provider.says(admin, email_verified=True)
        assert is_in(come_in(domain))
        assert IdentityProvider.objects.get().issuer == provider.issuer
        assert not any("//" in path for path in provider.asked)


def test_another_issuer_than_the_one_of_before_lets_nobody_in(
    browser: Client, admin: User, domain: Domain, provider: Provider
) -> None:
    provider.says(admin, email_verified=True)
    provider.issuer += "/another"
    assert not is_in(come_in(domain))


def test_the_only_way_in_must_have_been_tried(
    browser: Client, domain: Domain, provider: Provider
) -> None:
    answer = set_up(browser, domain, provider.url, only="on", secret="")
    assert (answer.status_code, IdentityProvider.objects.get().only) == (422, False)


def test_a_way_that_the_admin_came_in_by_may_be_the_only_one(
    browser: Client, admin: User, domain: Domain, provider: Provider
) -> None:
    provider.says(admin, email_verified=True)
    come_in(domain)
    answer = set_up(browser, domain, provider.url, only="on", secret="")
    assert (answer.status_code, IdentityProvider.objects.get().only) == (302, True)


def test_that_a_colleague_came_in_does_not_prove_it_for_the_admin(
    browser: Client, admin: User, domain: Domain, provider: Provider
) -> None:
    provider.says(make.user(admin.organization), email_verified=True)
    come_in(domain)
    assert set_up(browser, domain, provider.url, only="on", secret="").status_code == 422


@pytest.mark.parametrize("change", [{"client_id": "another"}, {"secret": SECRET + "2"}])
def test_what_changes_must_be_tried_again(
    browser: Client, admin: User, domain: Domain, provider: Provider, change: dict[str, object]
) -> None:
    provider.says(admin, email_verified=True)
    come_in(domain)
    set_up(browser, domain, provider.url, only="on", secret="")

    answer = set_up(browser, domain, provider.url, **{"only": "on", "secret": ""} | change)

    assert (answer.status_code, IdentityProvider.objects.get().client_id) == (422, "zivweb")


def test_an_admin_of_another_domain_relies_on_people_of_this_one(
    browser: Client, admin: User, domain: Domain, provider: Provider
) -> None:
    provider.says(make.user(admin.organization), email_verified=True)
    Domain.objects.create(organization=admin.organization, name="other.example")
    User.objects.filter(pk=admin.pk).update(email="admin@other.example")
    come_in(domain)
    assert set_up(browser, domain, provider.url, only="on", secret="").status_code == 302


def test_an_operator_lets_people_sign_in_here_again(domain: Domain, browser: Client) -> None:
    IdentityProvider.objects.update(only=True)
    call_command("disable_sso_only", domain.name)
    assert not IdentityProvider.objects.get().only
    assert AuditEntry.objects.latest("pk").verb == "set_identity_provider"


@pytest.mark.parametrize("name", ["unknown.example", "no domain", ""])
def test_a_domain_of_nobody_is_one_line(name: str) -> None:
    with pytest.raises(CommandError, match="no organization has this domain"):
        call_command("disable_sso_only", name)
