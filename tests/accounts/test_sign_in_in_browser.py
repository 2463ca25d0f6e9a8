"""Passkeys and an identity provider at a real browser, under our own strict headers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import IdentityProvider, User
from accounts.policy import Policy
from drafts.actions.telling import finish_link
from tests import make
from tests.product import wait_for
from zivweb.broker import free_port

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
HOSPITAL = "hospital.example"


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> None:
    cache.clear()


@pytest.fixture(scope="module")
def identity_provider() -> Iterator[str]:
    """Run an identity provider as a process of its own; return its address."""
    port = free_port()
    people = (
        {"sub": "42", "email": f"sender@{HOSPITAL}", "email_verified": True},
        {"sub": "7", "email": "x@evil.example", "email_verified": True},
    )
    claims = [part for each in people for part in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return requests.get(f"{address}/.well-known/openid-configuration", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        wait_for("the identity provider", answers)
        yield address
    finally:
        process.kill()
        process.wait()


def with_keys(page: Page) -> Page:
    """Give the browser a device that holds passkeys, and whose owner is always there."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def sign_in(page: Page, live_server: LiveServer, person: User, path: str = "/") -> None:
    """Sign in with a password, on the way to a page."""
    page.goto(live_server.url + path)
    page.get_by_label("Email address").fill(person.email)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def accessible(page: Page) -> bool:
    """Tell whether axe finds nothing wrong."""
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    assert result.response["violations"] == [], result.generate_report()
    return True


def test_the_policy_asks_for_a_passkey_which_then_signs_in_alone(
    page: Page, live_server: LiveServer
) -> None:
    person = make.user(make.organization(policy=Policy(second_factor=True)))
    sign_in(with_keys(page), live_server, person, "/contacts/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What do you call it?").fill("My work phone")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("link", name="I have kept them, go on").click()
    expect(page).to_have_url(live_server.url + "/contacts/")
    page.get_by_role("button", name="Sign out").click()

    page.goto(live_server.url + "/contacts/new/")
    page.get_by_role("button", name="Use a passkey").click()

    expect(page).to_have_url(live_server.url + "/contacts/new/")


def with_every_factor(page: Page, live_server: LiveServer) -> User:
    """Sign somebody in who has a passkey, an app and recovery codes."""
    person = make.user()
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    cache.clear()
    sign_in(with_keys(page), live_server, person, "/account/security/")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    accessible(page)
    codes = RecoveryCodes(Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES))
    page.get_by_label("Code").fill(codes.get_unused_codes()[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(live_server.url + "/account/security/")
    page.goto(live_server.url + "/account/passkeys/add/")
    accessible(page)
    page.get_by_label("What do you call it?").fill("My work phone")
    page.get_by_role("button", name="Add it").click()
    expect(page).not_to_have_url(live_server.url + "/account/passkeys/add/")
    return person


def faults(page: Page, address: str) -> list[str]:
    """Return what axe finds wrong on a page that answers at its own address."""
    answer = page.goto(address)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    at_home = answer is not None and answer.ok and page.url == address
    return [f"{address} {rule['id']}" for rule in found] + [f"{address} {page.url}"] * (not at_home)


def test_the_pages_of_second_factors_are_for_everybody(page: Page, live_server: LiveServer) -> None:
    with_every_factor(page, live_server)
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    paths = (
        *("security/", "app/remove/", "codes/", "codes/new/", f"passkeys/{key.pk}/remove/"),
        *("reauthenticate/", "factor/again/", "passkeys/again/", "password/change/"),
    )
    wrong = [faults(page, f"{live_server.url}/account/{path}") for path in paths]
    Authenticator.objects.exclude(pk=key.pk).delete()
    wrong.append(faults(page, f"{live_server.url}/account/app/"))
    assert [fault for found in wrong for fault in found] == []


def set_up(page: Page, live_server: LiveServer, provider: str) -> User:
    """Have an admin set up the identity provider of the hospital; return a sender there."""
    place = make.organization(domain=HOSPITAL)
    sign_in(page, live_server, make.user(place, role=User.Role.ADMIN), "/organization/sign-in/")
    page.get_by_role("link", name=f"Set up {HOSPITAL}").click()
    accessible(page)
    page.get_by_label("Name").fill("Hospital account")
    page.get_by_label("Address of the identity provider").fill(provider)
    page.get_by_label("Client ID").fill("zivweb")
    page.get_by_label("Client secret").fill("a secret between the two")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The sign-in of hospital.example is kept.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sender = make.user(place)
    User.objects.filter(pk=sender.pk).update(email=f"sender@{HOSPITAL}")
    sender.refresh_from_db()
    return sender


def go_to_provider(page: Page, address: str, sub: str) -> None:
    """Ask to sign in with the organization, and say there who one is."""
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Use the account of your organization").click()
    page.get_by_role("button", name=sub, exact=True).click()


def see_the_way_there(page: Page, provider: str, address: str) -> None:
    """Look at the page that leads to the provider, which is slow to answer, and go on by hand."""
    page.route(f"{provider}/**", lambda route: route.fulfill(status=204))
    page.get_by_label("Email address").fill(address)
    page.get_by_role("button", name="Use the account of your organization").click()
    expect(page.get_by_text("You sign in with Hospital account.")).to_be_visible()
    accessible(page)
    page.unroute(f"{provider}/**")
    page.get_by_role("link", name="Go on").click()


def test_the_finish_link_leads_through_the_identity_provider_to_the_draft(
    page: Page, live_server: LiveServer, identity_provider: str
) -> None:
    sender = set_up(page, live_server, identity_provider)
    draft = make.draft(sender, subject="The results of Jan")

    page.goto(live_server.url + urlsplit(finish_link(draft)).path)
    see_the_way_there(page, identity_provider, sender.email)
    page.get_by_role("button", name="42", exact=True).click()

    expect(page).to_have_url(f"{live_server.url}/drafts/{draft.pk}/")
    expect(page.get_by_text("The results of Jan")).to_be_visible()


def test_a_person_whom_only_the_provider_knows_gets_in_nowhere(
    page: Page, live_server: LiveServer, identity_provider: str
) -> None:
    set_up(page, live_server, identity_provider)

    page.goto(live_server.url + "/account/login/")
    go_to_provider(page, f"somebody@{HOSPITAL}", "7")

    expect(page.get_by_text("There is no account for you here yet")).to_be_visible()


def test_where_people_sign_in_only_there_a_password_leads_there(
    page: Page, live_server: LiveServer, identity_provider: str
) -> None:
    sender = set_up(page, live_server, identity_provider)
    IdentityProvider.objects.update(only=True)

    sign_in(page, live_server, sender, "/contacts/")
    page.get_by_role("button", name="42", exact=True).click()

    expect(page).to_have_url(live_server.url + "/contacts/")
