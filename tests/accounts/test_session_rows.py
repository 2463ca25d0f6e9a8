"""Nothing that somebody typed, and no secret, can be read in the row of a session."""

import base64
import zlib

import pytest
from django.test import Client

from accounts.models import SignInSession
from accounts.sessions import SessionStore
from tests import make
from vault.keys import Keyring

pytestmark = pytest.mark.django_db

TYPED = "https://idp.example/kwikstaart"


def stored() -> str:
    """Return all sessions, as somebody reads them who has the database."""
    rows = SignInSession.objects.values_list("session_data", flat=True)
    return "".join(text for row in rows for text in (row, opened(row.split(":")[0])))


def opened(payload: str) -> str:
    """Return what Django packed."""
    packed = payload.removeprefix(".")
    plain = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    return (zlib.decompress(plain) if packed != payload else plain).decode()


def test_a_form_that_waits_for_a_password_is_not_readable() -> None:
    admin = make.user(role="admin")
    browser = make.signed_in(admin, minutes_ago=60)
    fields = {"name": TYPED, "client_id": TYPED, "server_url": TYPED, "secret": TYPED}
    asked = browser.post("/organization/sign-in/1/", fields)
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    assert str(admin.pk) in stored()
    assert [word for word in ("kwikstaart", "HTTP_COOKIE") if word in stored()] == []


def test_the_secret_of_an_app_that_is_being_set_up_is_not_readable() -> None:
    browser = make.signed_in(make.user())
    browser.get("/account/app/")
    assert browser.session["mfa.totp.secret"] not in stored()


def test_what_an_unknown_app_keeps_is_sealed_and_comes_back() -> None:
    session = SessionStore()
    session["tomorrow"] = {"typed": TYPED}
    session.create()
    assert "kwikstaart" not in stored()
    assert SessionStore(session.session_key)["tomorrow"] == {"typed": TYPED}


def test_a_person_stays_signed_in_when_the_key_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    browser: Client = make.signed_in(make.user())
    browser.get("/account/app/")
    monkeypatch.setattr("vault.sealing.keyring", lambda: Keyring([b"k" * 32]))
    assert browser.session.get("mfa.totp.secret") is None
    assert browser.get("/account/security/").status_code == 200
