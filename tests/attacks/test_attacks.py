"""Attacks that no single app can see: on sessions, hosts, forms, patterns, memory and time."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from celery import current_app
from django.test import Client
from pytest_django import Settings

from accounts.actions import check_login, set_active
from accounts.models import User
from accounts.passwords import Argon2
from contacts.models import Contact
from notifications.actions import queue_mail, send_due
from tests import make
from tests.effort import GENEROUS, effort
from tests.notifications.letters import finish_mail
from tests.notifications.sinks import running_relay
from tests.test_architecture import APPS
from tests.zivweb.serving import KEYS
from vault.models import Blob

# Patterns that no code of ours searches for: they are tried at one place of a text.
AT_ONE_PLACE = {
    "accounts.provisioning._FILTER",
    "contacts.importer.cards._LINE",
    "contacts.importer.columns._LIKE_ADDRESS",
    "contacts.importer.rows._PLAIN_ADDRESS",
    "intake.blocks.marks._CONTINUES",
    "intake.blocks.marks._KEYED",
    "intake.blocks.marks._NEXT_LINE",
    "intake.blocks.marks._OWN_LINE",
    "intake.blocks.marks._QUOTED_LINE",  # searched for in fifty characters
    "intake.blocks.marks._WRAPPED",
    "intake.headers.shown._PLAIN",
    "intake.parser.fields._FIELD",
    "intake.parser.parameters._NAME",
    "intake.smtpd.envelope._PATH",
}
SQL = "' OR 1=1; DROP TABLE accounts_user; -- {{1234*1234}} ${1234*1234} %s %(x)s \\"
PRINT = """
import django
django.setup()
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)
print(s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS, s.DEBUG)
"""


@pytest.mark.django_db
def test_signing_in_gives_the_session_a_new_name(client: Client) -> None:
    user, session = make.user(), client.session
    session["planted"] = "by somebody else"
    session.save()
    before = client.cookies["session"].value

    client.post("/account/login/", {"login": user.email, "password": make.PASSWORD})

    assert client.get("/").status_code == 200
    assert client.cookies["session"].value != before


@pytest.mark.django_db
def test_a_new_password_ends_every_other_session(client: Client) -> None:
    user = make.user()
    client.force_login(user)

    user.set_password("another password of the tests")
    user.save(update_fields=["password"])

    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_a_person_who_has_left_is_signed_out(client: Client) -> None:
    user = make.user()
    client.force_login(user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_a_page_that_is_open_changes_nothing_once_its_person_has_left(client: Client) -> None:
    admin = make.user(role=User.Role.POLICY_ADMIN)
    user = make.user(admin.organization)
    client.force_login(user)
    form = {"address": "jan@example.nl", "phone": make.NUMBER}
    assert client.post("/contacts/new/", form).headers["Location"] == "/contacts/"

    set_active(user, active=False, actor=admin)
    client.post("/contacts/new/", form | {"address": "piet@example.nl"})

    assert list(Contact.objects.values_list("address", flat=True)) == ["jan@example.nl"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 400),
        ({"host": "localhost", "x-forwarded-host": "evil.example"}, 200),
    ],
)
def test_no_host_of_somebody_else_is_answered_or_linked_to(
    client: Client, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/account/login/", headers=headers)

    assert (answer.status_code, "evil" in answer.content.decode()) == (status, False)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/static/", "/.env", "/.git/config", "/debug/"])
def test_nothing_stands_where_scanners_look(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.trace("/account/login/").status_code == 405


@pytest.mark.django_db
def test_no_field_that_a_form_does_not_show_is_written(client: Client) -> None:
    user, stranger = make.user(), make.user()
    client.force_login(user)
    planted = {
        "organization": stranger.organization_id,
        "owner": stranger.pk,
        "fixed": "on",
        "pk": 1,
    }

    client.post("/contacts/new/", {"address": "jan@example.nl", "phone": "0636363636", **planted})

    contact = Contact.objects.get()
    assert (contact.owner, contact.organization, contact.fixed) == (user, user.organization, False)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/?q=", "/sent/?q=", "/contacts/?q=", "/contacts/?after="])
def test_what_is_searched_for_is_only_text(client: Client, path: str) -> None:
    client.force_login(make.user())

    answer = client.get(path.replace("=", ""), {path.split("?")[1].rstrip("="): SQL})

    assert (answer.status_code, b"1522756" in answer.content.split(b"<main")[1]) == (200, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "end", ["\r\n.\r\n", "\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\u2028.\u2028"]
)
def test_no_text_smuggles_a_second_mail_out(settings: Settings, end: str) -> None:
    smuggled = f"Hi{end}MAIL FROM:<a@evil.example>\r\nRCPT TO:<b@evil.example>\r\nDATA\r\nX: y"
    place = make.organization()
    with running_relay() as (relay, config):
        settings.MAIL_RELAY = config
        mail = finish_mail(subject=smuggled, sender_name=smuggled)
        queue_mail(mail, organization_id=place.pk, about="draft:1", key="one")
        send_due()

    assert [mail.rcpt_tos for mail in relay.taken] == [["anna@zorg.example"]]


def test_tasks_are_given_no_data() -> None:
    current_app.loader.import_default_modules()
    ours = {
        name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")
    }

    # That one is told which worker it runs in.
    assert [name for name, task in ours.items() if task.run.__code__.co_argcount] == [
        "zivweb.tasks.beat"
    ]


def test_no_nonce_comes_twice() -> None:
    blob = Blob(size=1)

    assert len({blob.seal("chunk 0 of 1", b"x")[:12] for _ in range(20_000)}) == 20_000


@pytest.mark.walls
@pytest.mark.slow
def test_no_pattern_of_ours_is_slow_on_a_long_text() -> None:
    names = [module.name for app in APPS for module in walk_packages([app], f"{app}.")]
    modules = [import_module(name) for name in names if ".migrations" not in name]
    ours = {
        value: f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern)
    }
    texts = ["a" * 50_000, " " * 50_000, "<" * 50_000, "a@" * 25_000, "0 " * 25_000, "=?" * 25_000]

    slow = [
        name
        for pattern, name in ours.items()
        for text in texts
        if effort(partial(use, pattern, name, text)) > GENEROUS
    ]

    assert (slow, len(ours) > 100) == ([], True)


def use(pattern: re.Pattern[Any], name: str, text: str) -> None:
    """Use a pattern the way we use it."""
    text = text[:40] if name.startswith("addresses.phone.") else text  # it refuses longer ones
    subject = text.encode() if isinstance(pattern.pattern, bytes) else text
    look = pattern.match if name in AT_ONE_PLACE else pattern.search
    look(subject)


class Counted(Argon2):
    """The hasher of the product, which counts what costs time."""

    hashed: list[int] = []

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        self.hashed.append(self.time_cost * self.memory_cost)
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Hash a password, and compare it."""
        self.hashed.append(self.time_cost * self.memory_cost)
        return super().verify(password, encoded)


def hashed_by(call: Callable[[], object]) -> list[int]:
    """Return what hashing costs in a call: all else is a thousandth of it."""
    Counted.hashed.clear()
    call()
    return list(Counted.hashed)


@pytest.mark.django_db
def test_a_login_of_nobody_costs_as_much_as_a_wrong_password(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]
    known = make.user().email

    wrong = hashed_by(lambda: check_login(known, "wrong"))
    nobody = hashed_by(lambda: check_login("nobody@example.org", "wrong"))

    assert nobody == wrong == [2 * 19 * 1024]


@pytest.mark.django_db
def test_signing_in_as_nobody_costs_as_much_as_a_wrong_password(settings: Settings) -> None:
    settings.PASSWORD_HASHERS, settings.ACCOUNT_RATE_LIMITS = [f"{__name__}.Counted"], False
    known, client = make.user().email, Client()

    def try_as(login: str) -> None:
        client.post("/account/login/", {"login": login, "password": "wrong"})

    wrong = hashed_by(lambda: try_as(known))
    nobody = hashed_by(lambda: try_as("nobody@example.org"))

    assert nobody == wrong == [2 * 19 * 1024]


@pytest.mark.walls
@pytest.mark.slow
def test_cookies_of_a_real_installation_are_for_its_host_alone(tmp_path: Path) -> None:
    real = KEYS | {
        "DJANGO_SETTINGS_MODULE": "zivweb.settings",
        "ZIVWEB_ENV_FILE": os.devnull,
        "ZIVWEB_DATA_DIR": str(tmp_path),
        "ZIVWEB_BASE_URL": "https://mail.example.org",
        "ZIVWEB_TRUSTED_PROXIES": "10.0.0.1",
        "EMAIL_URL": "smtp://localhost:25",
        "SMS_URL": "json://localhost/",
    }

    said = subprocess.run(
        [sys.executable, "-c", PRINT], env=real, capture_output=True, text=True, check=True
    )

    assert said.stdout.split() == [
        "__Host-session", "__Host-csrf", "True", "True", "True", "Lax", "31536000", "False",
    ]  # fmt: skip
