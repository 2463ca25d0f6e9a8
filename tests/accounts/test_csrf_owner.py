"""Signing in again in another tab: whose forms go on working, and whose do not (ADR 41)."""

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from contacts.models import Contact
from tests import make

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SESSION = settings.SESSION_COOKIE_NAME


def browser() -> Client:
    """Return a browser in which forms need their token."""
    return Client(enforce_csrf_checks=True)


def token_of(client: Client, path: str) -> str:
    """Open a page in a tab; return the token of its forms."""
    return str(TOKEN.findall(client.get(path).content.decode())[0])


def sign_in(client: Client, person: User, token: str = "") -> int:
    """Sign in, in a tab of its own; return the status."""
    typed = {"login": person.email, "password": make.PASSWORD}
    form = {"csrfmiddlewaretoken": token or token_of(client, "/account/login/")}
    return client.post("/account/login/", typed | form).status_code


def save(client: Client, token: str) -> int:
    """Save a new contact with the form of a tab; return the status."""
    typed = {"name": "Jan", "address": "jan@example.nl", "phone": make.NUMBER}
    return client.post("/contacts/new/", typed | {"csrfmiddlewaretoken": token}).status_code


def leave(client: Client) -> None:
    """End the session as time does."""
    del client.cookies[SESSION]


def test_a_form_goes_on_after_signing_in_again_in_another_tab() -> None:
    client, anna = browser(), make.user()
    sign_in(client, anna)
    form = token_of(client, "/contacts/new/")
    leave(client)
    sign_in(client, anna)
    assert (save(client, form), Contact.objects.filter(owner=anna).count()) == (302, 1)


def test_a_form_that_somebody_else_left_open_is_not_sent_in_another_name() -> None:
    client, anna = browser(), make.user()
    bram = make.user(anna.organization)
    sign_in(client, anna)
    form = token_of(client, "/contacts/new/")
    leave(client)
    sign_in(client, bram)
    assert (save(client, form), Contact.objects.count()) == (403, 0)


def test_the_same_holds_after_signing_out() -> None:
    client, anna = browser(), make.user()
    bram = make.user(anna.organization)
    sign_in(client, anna)
    form = token_of(client, "/contacts/new/")
    client.post("/account/logout/", {"csrfmiddlewaretoken": form})
    sign_in(client, bram)
    assert save(client, form) == 403


def test_two_sign_in_pages_stand_open_and_both_work() -> None:
    client, anna = browser(), make.user()
    tokens = [token_of(client, "/account/login/") for _ in range(2)]
    assert {sign_in(client, anna, token) for token in tokens} == {302}


def test_a_made_up_owner_counts_for_nothing() -> None:
    client, anna = browser(), make.user()
    bram = make.user(anna.organization)
    sign_in(client, anna)
    form = token_of(client, "/contacts/new/")
    owner = client.cookies["csrf_owner"].value.partition(".")[2]
    client.cookies["csrf_owner"] = f"{bram.pk}.{owner}"
    leave(client)
    sign_in(client, bram)
    assert save(client, form) == 403


def test_signing_in_gives_the_session_another_name() -> None:
    client, anna = browser(), make.user()
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies[SESSION] = session.session_key or ""
    sign_in(client, anna)
    assert client.cookies[SESSION].value != session.session_key
