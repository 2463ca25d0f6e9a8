"""Signing in with a code by e-mail, and staying signed in."""

import re
from datetime import timedelta
from http.cookies import Morsel

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.models import User
from accounts.policy import Policy
from notifications.caught import open_mail
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db

RESET = "/account/password/reset/"
ASK, CONFIRM = "/account/login/code/", "/account/login/code/confirm/"
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def _nobody_tried_before(settings: Settings) -> None:
    """Forget how often somebody tried; mail goes out by the product's own way."""
    cache.clear()
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"


def staying(days: int) -> User:
    """Return a person whose organization lets them stay signed in for so long."""
    return make.user(make.organization(policy=Policy(keep_signed_in_days=days)))


def mailed_code() -> str:
    """Return the code of the mail that was queued."""
    row = Notification.objects.latest("pk")
    text = open_mail(unpack_mail(row.unseal("payload", bytes(row.payload)))).text
    found = re.search(r"^([A-Z0-9-]{6,9})\s*$", text, re.MULTILINE)
    assert found, text
    return found.group(1)


def session(browser: Client) -> Morsel[str]:
    """Return the cookie of the session."""
    return browser.cookies["session"]


def test_a_mailed_code_leads_from_the_finish_link_straight_to_the_draft() -> None:
    user, browser = make.user(), Client()
    asked = browser.post(ASK, {"login": user.email, "next": "/finish/token/"})

    done = browser.post(asked.headers["Location"], {"code": mailed_code()})

    assert done.headers["Location"] == "/finish/token/"


def test_a_code_that_is_wrong_signs_nobody_in() -> None:
    user, browser = make.user(), Client()
    browser.post(ASK, {"email": user.email})

    page = browser.post(CONFIRM, {"code": "WRONG1"})

    assert (page.status_code, b'aria-invalid="true"' in page.content) == (200, True)
    assert browser.get("/").status_code == 302


def test_after_five_wrong_codes_the_right_one_is_worth_nothing() -> None:
    user, browser = make.user(), Client()
    browser.post(ASK, {"email": user.email})
    tries = ["WRONG1"] * 5 + [mailed_code()]

    answers = [browser.post(CONFIRM, {"code": code}).headers.get("Location") for code in tries]

    assert (answers[:4], answers[5]) == ([None] * 4, ASK)


def test_an_unknown_address_is_answered_like_a_known_one() -> None:
    user, known, unknown = make.user(), Client(), Client()
    answers = [
        known.post(ASK, {"email": user.email}),
        unknown.post(ASK, {"email": "nobody@evil.example"}),
    ]

    pages = [known.get(CONFIRM).content.decode(), unknown.get(CONFIRM).content.decode()]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    shown = [re.sub(r'"[\w-]{40,}"|\S+@\S+', "", page) for page in pages]
    assert shown[0].splitlines() == shown[1].splitlines()
    assert Notification.objects.count() == 1


def written(path: str, address: str) -> list[str]:
    """Return what a question for a mail to this address writes: the kinds of its statements."""
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        Client().post(path, {"email": address})
    found = [re.match(r"(INSERT|UPDATE)\b.*?(\w+_\w+)", row["sql"]) for row in queries]
    return sorted(f"{match[1]} {match[2]}" for match in found if match)


@pytest.mark.parametrize("path", [ASK, RESET])
def test_an_unknown_address_costs_as_much_as_a_known_one(path: str) -> None:
    known, unknown = written(path, make.user().email), written(path, "nobody@evil.example")

    assert known == unknown
    assert "INSERT notifications_notification" in unknown
    assert Notification.objects.count() == 1


@pytest.mark.parametrize(("path", "most"), [(ASK, 30), (RESET, 10)])
def test_a_person_gets_so_many_mails_a_day(
    path: str, most: int, time_machine: TimeMachineFixture
) -> None:
    user = make.user()
    for_twelve_hours = [timedelta(minutes=20 * number) for number in range(36)]

    ask_at(path, user, for_twelve_hours, time_machine)

    assert Notification.objects.count() == most


def ask_at(
    path: str, user: User, moments: list[timedelta], time_machine: TimeMachineFixture
) -> None:
    """Ask for a mail to this person at each of these moments, from a browser that nobody knows."""
    begin = timezone.now()
    for moment in moments:
        time_machine.move_to(begin + moment)
        Client().post(path, {"email": user.email})


def test_nobody_is_flooded_with_codes() -> None:
    user = make.user()

    pages = [Client().post(ASK, {"email": user.email}) for _ in range(5)]

    assert Notification.objects.count() == 3
    assert pages[-1].status_code == 200


def test_a_code_works_once() -> None:
    user = make.user()
    first, second = Client(), Client()
    first.post(ASK, {"email": user.email})
    code = mailed_code()
    first.post(CONFIRM, {"code": code})
    second.post(ASK, {"email": user.email})

    again = second.post(CONFIRM, {"code": code})

    assert again.status_code == 200


@pytest.mark.parametrize(("days", "asked", "age"), [
    (30, {"remember": "yes"}, 30 * DAY), (30, {}, ""), (0, {"remember": "yes"}, ""),
])  # fmt: skip
def test_the_policy_says_how_long_somebody_stays_signed_in(
    days: int, asked: dict[str, str], age: int | str
) -> None:
    user, browser = staying(days), Client()

    browser.post("/account/login/", {"login": user.email, "password": make.PASSWORD} | asked)

    assert session(browser)["max-age"] == age


def test_a_code_can_keep_somebody_signed_in_too() -> None:
    user, browser = staying(7), Client()
    browser.post(ASK, {"email": user.email})

    browser.post(CONFIRM, {"code": mailed_code(), "remember": "yes"})

    assert session(browser)["max-age"] == 7 * DAY


@pytest.mark.parametrize(("days", "offered"), [(0, False), (1, True)])
def test_staying_signed_in_is_offered_where_an_organization_allows_it(
    days: int, *, offered: bool
) -> None:
    staying(days)

    page = Client().get("/account/login/").content

    assert (b'name="remember"' in page) == offered
