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


NO_PATHS = ["790000007", "draft", "draft_list", "x/y", "www.evil.example", ""]


@pytest.mark.parametrize("target", NO_PATHS)
def test_signing_in_leads_home_where_the_target_is_no_path(target: str) -> None:
    user = make.user()
    data = {"login": user.email, "password": make.PASSWORD, "next": target}

    assert Client().post("/account/login/", data).headers["Location"] == "/"


@pytest.mark.parametrize("target", NO_PATHS)
def test_a_language_leads_home_where_the_target_is_no_path(target: str) -> None:
    response = Client().post("/language/", {"language": "nl", "next": target})

    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("target", NO_PATHS)
def test_a_saved_contact_leads_to_the_book_where_the_target_is_no_path(target: str) -> None:
    data = {"book": "personal", "address": "jan@example.nl", "name": "Jan", "next": target}
    response = make.signed_in(make.user()).post("/contacts/new/", data)

    assert response.headers["Location"] == "/contacts/"


@pytest.mark.parametrize("target", NO_PATHS)
def test_a_sign_in_elsewhere_leads_back_where_the_target_is_no_path(target: str) -> None:
    response = Client().post("/account/elsewhere/", {"login": "x@y.example", "next": target})

    assert response.headers["Location"] == "/account/login/?next=%2F"


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": "nl", "next": "//evil.example"}])
def test_a_wrong_language_or_target_leads_home(data: dict[str, str]) -> None:
    assert Client().post("/language/", data).headers["Location"] == "/"
