"""Signing in, and the language."""

import pytest
from django.test import Client

from accounts.models import User
from tests import make

pytestmark = pytest.mark.django_db


def test_signing_in_leads_straight_to_the_page_that_was_asked_for() -> None:
    user = make.user()

    response = Client().post(
        "/account/login/?next=/drafts/7/", {"login": user.email, "password": make.PASSWORD}
    )

    assert response.headers["Location"] == "/drafts/7/"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "javascript:x"])
def test_signing_in_never_leads_to_another_site(target: str) -> None:
    user = make.user()

    response = Client().post(
        f"/account/login/?next={target}", {"login": user.email, "password": make.PASSWORD}
    )

    assert response.headers["Location"] == "/"


def test_a_wrong_password_keeps_the_address() -> None:
    user = make.user()

    page = Client().post("/account/login/", {"login": user.email, "password": "wrong"})

    assert f'value="{user.email}"' in page.content.decode()


def test_nobody_can_sign_up() -> None:
    Client().post("/account/signup/", {"email": "new@example.nl", "password1": "x" * 20})

    assert User.objects.count() == 0


def test_the_language_is_kept_for_the_browser() -> None:
    response = Client().post("/language/", {"language": "nl", "next": "/help/"})

    kept = response.cookies["language"].value
    assert (kept, response.headers["Location"]) == ("nl", "/help/")


def test_the_language_is_kept_for_the_person() -> None:
    user = make.user(language="en")
    browser = Client()
    browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")

    browser.post("/language/", {"language": "nl"})

    user.refresh_from_db()
    assert user.language == "nl"


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": "nl", "next": "//evil.example"}])
def test_a_wrong_language_or_target_leads_home(data: dict[str, str]) -> None:
    assert Client().post("/language/", data).headers["Location"] == "/"
