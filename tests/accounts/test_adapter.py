"""Whom a limit on attempts counts, and where the links of account mails lead."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests import make

pytestmark = pytest.mark.django_db

PROXY, LOGIN = "10.0.0.1", "/account/login/"


@pytest.fixture(autouse=True)
def _few_attempts(settings: Settings) -> None:
    """Let each network address try once; our proxies are those in 10.0.0.0/8."""
    cache.clear()
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}


def statuses(*peers: tuple[str, str]) -> list[int]:
    """Try to sign in from each (peer, X-Forwarded-For)."""
    form = {"login": "nobody@zorg.example", "password": "a guess"}
    return [
        Client(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=behind).post(LOGIN, form).status_code
        for peer, behind in peers
    ]


def test_a_stranger_behind_the_proxy_uses_up_only_their_own_attempts() -> None:
    tried = [(PROXY, "6.6.6.6"), (PROXY, "6.6.6.6"), (PROXY, "192.0.2.7")]
    assert statuses(*tried) == [200, 429, 200]


def test_a_made_up_forwarded_address_wins_no_attempt() -> None:
    assert statuses(("6.6.6.6", "192.0.2.1"), ("6.6.6.6", "192.0.2.2")) == [200, 429]


def test_a_made_up_address_before_the_proxy_wins_no_attempt() -> None:
    assert statuses((PROXY, "192.0.2.1, 6.6.6.6"), (PROXY, "192.0.2.2, 6.6.6.6")) == [200, 429]


def test_attempts_are_counted_for_all_processes_together() -> None:
    statuses(("192.0.2.7", ""))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM zivweb_cache WHERE cache_key LIKE '%192.0.2.7%'")
        assert cursor.fetchone()[0] >= 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9999"])
def test_the_link_to_a_new_password_leads_to_our_own_address(host: str, settings: Settings) -> None:
    settings.BASE_URL = "https://mail.example.org"
    user = make.user()

    Client(HTTP_HOST=host).post("/account/password/reset/", {"email": user.email})

    links = re.findall(r"https?://\S+", str(mail.outbox[0].body))
    assert [link.partition("/account/")[0] for link in links] == ["https://mail.example.org"]
