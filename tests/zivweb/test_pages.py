"""The shell of pages: errors, language, what guests see."""

from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.csrf import csrf_failure
from django.views.defaults import bad_request, server_error

from tests import make

ERRORS = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_needs_neither_database_nor_request(name: str) -> None:
    assert "<h1>" in render_to_string(name)


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_page_has_the_language_that_is_active(name: str) -> None:
    with translation.override("nl"):
        assert '<html lang="nl">' in render_to_string(name)


def test_a_failure_of_ours_is_told_in_plain_words() -> None:
    response = server_error(RequestFactory().get("/"))

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_a_bad_request_is_told_in_plain_words() -> None:
    response = bad_request(RequestFactory().get("/"), ValueError())

    assert "Nothing was changed." in response.content.decode()


@pytest.mark.django_db
def test_a_page_that_is_too_old_says_that_nothing_was_sent() -> None:
    response = csrf_failure(RequestFactory().post("/"))

    assert response.status_code == 403
    assert "nothing has been sent yet" in response.content.decode()


@pytest.mark.django_db
def test_a_guest_sees_no_menu(client: Client) -> None:
    page = client.get("/account/login/").content.decode()

    assert 'id="menu"' not in page


@pytest.mark.django_db
def test_a_signed_in_person_sees_the_menu_and_the_way_out(client: Client) -> None:
    client.force_login(make.user())

    page = client.get("/contacts/").content.decode()

    assert 'href="/contacts/organization/"' in page
    assert 'action="/account/logout/"' in page


@pytest.mark.django_db
def test_sign_in_says_why_when_it_stands_before_a_finish_link(client: Client) -> None:
    page = client.get("/account/login/", {"next": "/finish/abc/"}).content.decode()

    assert "It is not sent yet." in page
    assert 'name="next" value="/finish/abc/"' in page


@pytest.mark.django_db
def test_changing_the_language_keeps_the_way_to_the_finish_link(client: Client) -> None:
    answer = client.post("/account/login/", {"login": "x@y.nl", "password": "no", "next": "/help/"})

    assert 'value="/account/login/?next=/help/"' in answer.content.decode()


@pytest.mark.django_db
def test_nobody_can_make_an_account(client: Client) -> None:
    page = client.get("/account/signup/").content.decode()

    assert "You cannot make an account yourself" in page


@pytest.mark.django_db
def test_an_address_without_a_page_helps_on(client: Client) -> None:
    response = client.get("/there-is-no-such-page/")

    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()
