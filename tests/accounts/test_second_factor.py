"""A second factor: set up, asked for, lost; and the sessions that a person sees and ends."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, SecondFactorKey, SignInSession, User
from accounts.policy import Policy
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

APP, FACTOR, LOGIN = "/account/app/", "/account/factor/", "/account/login/"


@pytest.fixture(autouse=True)
def _nobody_tried_before(settings: Settings) -> None:
    cache.clear()
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"


def code_of(secret: str, step: int = 0) -> str:
    """Return the code that an app with this secret shows, some half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def with_app(person: User) -> tuple[Client, str, list[str]]:
    """Set up an app as a person does; return the browser, the secret and the recovery codes."""
    browser = make.signed_in(person)
    secret = re.findall(r"[A-Z2-7]{32}", browser.get(APP).content.decode())[0]
    done = browser.post(APP, {"code": code_of(secret)})
    page = browser.get(done.headers["Location"]).content.decode()
    return browser, secret, re.findall(r"<li>(\d{8})</li>", page)


def password_given(person: User) -> Client:
    """Return the browser of somebody who typed their password."""
    browser = Client()
    form = {"login": person.email, "password": make.PASSWORD, "next": "/contacts/"}
    assert browser.post(LOGIN, form).headers["Location"] == FACTOR
    return browser


def test_an_app_is_set_up_and_asked_for() -> None:
    person = make.user()
    _, secret, codes = with_app(person)
    cache.clear()

    browser = password_given(person)
    done = browser.post(FACTOR, {"code": code_of(secret, 1)})

    assert (len(codes), done.headers["Location"]) == (10, "/contacts/")


def test_without_the_code_nobody_gets_in() -> None:
    person = make.user()
    with_app(person)
    browser = password_given(person)

    page = browser.post(FACTOR, {"code": "000000"})

    assert (page.status_code, b'aria-invalid="true"' in page.content) == (200, True)
    assert browser.get("/").status_code == 302


def test_guessing_codes_ends_soon() -> None:
    person = make.user()
    _, secret, _ = with_app(person)
    browser = password_given(person)

    answers = [browser.post(FACTOR, {"code": "000000"}) for _ in range(12)]
    late = browser.post(FACTOR, {"code": code_of(secret, 1)})

    assert len(answers) == 12
    assert (late.status_code, browser.get("/").status_code) == (200, 302)


def test_a_recovery_code_works_once() -> None:
    person = make.user()
    _, _, codes = with_app(person)

    first = password_given(person).post(FACTOR, {"code": codes[0]})
    again = password_given(person).post(FACTOR, {"code": codes[0]})

    assert (first.headers.get("Location"), again.status_code) == ("/contacts/", 200)


def test_recovery_codes_are_shown_only_when_they_are_made() -> None:
    person = make.user()
    _, _, codes = with_app(person)

    later = make.signed_in(person).get("/account/codes/").content.decode()

    assert [code for code in codes if code in later] == []


def test_what_factors_are_checked_with_is_sealed() -> None:
    person = make.user()
    _, secret, codes = with_app(person)

    stored = [str(row.data) for row in Authenticator.objects.filter(user=person)]

    assert [word for word in (secret, *codes) if word in "".join(stored)] == []
    assert SecondFactorKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_person_gets_a_mail_of_it() -> None:
    with_app(make.user())

    assert Notification.objects.count() == 1


def test_changing_factors_asks_for_a_fresh_proof() -> None:
    browser = make.signed_in(make.user(), minutes_ago=60)

    answers = [browser.get(path) for path in (APP, "/account/passkeys/add/", "/account/codes/new/")]

    assert {answer.headers["Location"].partition("?")[0] for answer in answers} == {
        "/account/reauthenticate/"
    }


def test_the_policy_leads_everybody_to_a_second_factor_and_back() -> None:
    person = make.user(make.organization(policy=Policy(second_factor=True)))
    browser = make.signed_in(person)

    asked = browser.get("/contacts/?q=jan")
    page = browser.get(asked.headers["Location"])
    secret = re.findall(r"[A-Z2-7]{32}", browser.get(APP).content.decode())[0]
    done = browser.post(APP, {"code": code_of(secret)}, follow=True)

    assert asked.headers["Location"] == "/account/security/?next=%2Fcontacts%2F%3Fq%3Djan"
    assert b"asks for a second way" in page.content
    assert b'href="/contacts/?q=jan"' in done.content
    assert browser.get("/contacts/").status_code == 200


def test_who_stops_using_the_app_is_led_there_again() -> None:
    person = make.user(make.organization(policy=Policy(second_factor=True)))
    browser, _, _ = with_app(person)
    before = browser.get("/contacts/").status_code

    browser.post("/account/app/remove/")

    assert (before, browser.get("/contacts/").status_code) == (200, 302)


def test_without_that_policy_nobody_is_led_away() -> None:
    assert make.signed_in(make.user()).get("/contacts/").status_code == 200


def test_a_lost_device_is_reset_by_the_operator() -> None:
    person = make.user()
    browser, _, _ = with_app(person)

    call_command("reset_second_factor", person.email.upper(), verbosity=0)

    assert not Authenticator.objects.filter(user=person).exists()
    assert browser.get("/").status_code == 302
    assert AuditEntry.objects.filter(verb="reset_second_factor").count() == 1


def signed_in_as(person: User, agent: str) -> Client:
    """Return a browser in which somebody signed in with a password."""
    browser = Client(HTTP_USER_AGENT=agent)
    browser.post(LOGIN, {"login": person.email, "password": make.PASSWORD})
    return browser


def test_a_person_sees_and_ends_their_sessions() -> None:
    person, stranger = make.user(), make.user()
    phone = signed_in_as(person, "Mozilla/5.0 (iPhone) Safari/1")
    desk = signed_in_as(person, "Mozilla/5.0 (Windows NT 10) Firefox/140.0")
    other = signed_in_as(stranger, "Mozilla/5.0 (Android) Chrome/1")

    page = desk.get("/account/security/").content.decode()
    there = re.findall(r"/account/sessions/[\w-]{24}/end/", page)
    stolen = other.post(there[0])
    ended = desk.post(there[0])

    assert ("Safari, iPhone" in page, "Firefox, Windows" in page, "Chrome" in page) == (
        True, True, False
    )  # fmt: skip
    assert (len(there), stolen.status_code, ended.status_code) == (1, 404, 302)
    assert [each.get("/").status_code for each in (phone, desk, other)] == [302, 200, 200]


def test_no_page_tells_the_key_of_a_session() -> None:
    person = make.user()
    desk = signed_in_as(person, "Firefox/1")

    page = desk.get("/account/security/").content.decode()

    assert [row.session_key for row in SignInSession.objects.all() if row.session_key in page] == []


def test_everywhere_else_is_ended_at_once() -> None:
    person = make.user()
    browsers = [signed_in_as(person, "Firefox/1") for _ in range(3)]

    browsers[0].post("/account/sessions/end/")

    assert [each.get("/").status_code for each in browsers] == [200, 302, 302]


def test_a_shared_mailbox_does_not_sign_in() -> None:
    mailbox = make.user()
    User.objects.filter(pk=mailbox.pk).update(is_mailbox=True)

    browser = signed_in_as(mailbox, "Firefox/1")

    assert browser.get("/").status_code == 302
