"""What is noted of signing in (promise I12): audit lines, counts by reason, a line in the log."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.actions import create_smtp_credential, log_in_by_smtp
from accounts.models import AuditEntry, User
from flow.access import event_counts
from flow.models import SIGN_IN_FAILED, SIGNED_IN
from tests import make
from tests.accounts.provider import come_in, running, set_up
from tests.accounts.test_second_factor import FACTOR, code_of, password_given, with_app
from tests.drafts.test_races import at_once

pytestmark = pytest.mark.django_db

LOGIN, PEER = "/account/login/", "192.0.2.7"


@pytest.fixture(autouse=True)
def _nobody_tried_before(settings: Settings) -> None:
    cache.clear()
    settings.BASE_URL = "http://testserver"
    settings.PROVIDER_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def person() -> User:
    """Somebody with a password."""
    return make.user()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log of what is noted."""
    with caplog.at_level("INFO", "accounts.actions.sign_in_log"):
        yield caplog


def lines(person: User) -> list[tuple[str, dict[str, object], str | None]]:
    """Return what the audit log says of a person, the oldest first."""
    rows = AuditEntry.objects.filter(about=f"user:{person.pk}").order_by("pk")
    return [(row.verb, row.data, row.ip) for row in rows]


def verbs(person: User) -> list[str]:
    return [verb for verb, *_rest in lines(person)]


def counted(*, failed: bool) -> dict[str, int]:
    """Return the counts by name."""
    return event_counts(SIGN_IN_FAILED if failed else SIGNED_IN)


def sign_in(login: str, password: str = make.PASSWORD) -> Client:
    browser = Client(REMOTE_ADDR=PEER)
    browser.post(LOGIN, {"login": login, "password": password})
    return browser


def test_a_sign_in_is_one_line_with_way_and_address(person: User) -> None:
    sign_in(person.email)
    assert lines(person) == [("sign_in", {"ways": ["password"]}, PEER)]
    assert counted(failed=False) == {"password": 1}


def test_a_wrong_password_is_one_line_with_its_reason(person: User) -> None:
    sign_in(person.email, "wrong")
    assert lines(person) == [("fail_sign_in", {"reason": "wrong_password"}, PEER)]
    assert counted(failed=True) == {"wrong_password": 1}


def test_an_address_of_nobody_is_counted_and_written_nowhere() -> None:
    sign_in("nobody@zorg.example", "wrong")
    assert counted(failed=True) == {"wrong_password": 1}
    assert not AuditEntry.objects.filter(verb="fail_sign_in").exists()


def test_every_failure_counts(person: User) -> None:
    sign_in(person.email, "wrong")
    sign_in("nobody@zorg.example", "wrong")
    assert counted(failed=True) == {"wrong_password": 2}


def test_somebody_who_has_left_cannot_sign_in_and_it_is_noted(person: User) -> None:
    User.objects.update(is_active=False)
    sign_in(person.email)
    assert (verbs(person), counted(failed=True)) == (["fail_sign_in"], {"inactive": 1})


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_is_noted_when_set_used_and_wrong(person: User) -> None:
    _browser, secret, _codes = with_app(person)
    cache.clear()
    browser = password_given(person)
    browser.post(FACTOR, {"code": "000000"})
    browser.post(FACTOR, {"code": code_of(secret, 1)})
    assert verbs(person) == ["set_second_factor", "fail_sign_in", "sign_in"]
    assert lines(person)[-1][1] == {"ways": ["password", "totp"]}


def test_a_second_factor_that_is_removed_is_noted(person: User) -> None:
    browser, _secret, _codes = with_app(person)
    browser.post("/account/app/remove/")
    assert verbs(person)[-1] == "remove_second_factor"


def test_a_wrong_code_of_a_mail_is_noted(person: User) -> None:
    browser = Client()
    browser.post("/account/login/code/", {"email": person.email})
    browser.post("/account/login/code/confirm/", {"code": "wrong"})
    assert lines(person)[-1][:2] == ("fail_sign_in", {"reason": "wrong_code"})


def test_a_code_of_a_mail_is_a_way_in(person: User) -> None:
    browser = Client()
    browser.post("/account/login/code/", {"email": person.email})
    code = re.findall(r"[A-Z]{4}-[A-Z]{4}", str(mail.outbox[0].body))[0]
    browser.post("/account/login/code/confirm/", {"code": code})
    assert lines(person)[-1][:2] == ("sign_in", {"ways": ["code"]})


def test_a_changed_password_is_noted(person: User) -> None:
    form = {
        "oldpassword": make.PASSWORD,
        "password1": "another long secret",
        "password2": "another long secret",
    }
    make.signed_in(person).post("/account/password/change/", form)
    assert lines(person)[-1][:2] == ("change_password", {"how": "password_changed"})


def test_a_provider_is_noted_when_set_and_as_a_way_in() -> None:
    admin = make.user(role=User.Role.ADMIN)
    domain = admin.organization.domains.get()
    with running() as provider:
        set_up(make.signed_in(admin), domain, provider.url)
        provider.says(admin, email_verified=True)
        come_in(domain)
    assert AuditEntry.objects.filter(verb="set_identity_provider", actor=admin).count() == 1
    assert lines(admin)[-1][1]["ways"] == ["provider"]


def test_what_a_provider_says_and_does_not_count_is_noted() -> None:
    admin = make.user(role=User.Role.ADMIN)
    domain = admin.organization.domains.get()
    with running() as provider:
        set_up(make.signed_in(admin), domain, provider.url)
        provider.says(admin, email_verified=False)
        come_in(domain)
    assert lines(admin)[-1][:2] == ("fail_sign_in", {"reason": "provider_unchecked"})


def test_a_wrong_password_of_a_mail_program_is_noted(person: User) -> None:
    assert log_in_by_smtp(person.email, "wrong", PEER) is None
    assert lines(person) == [("fail_sign_in", {"reason": "smtp_password"}, PEER)]


def test_a_mail_program_that_signs_in_for_each_mail_is_one_line_a_day(
    person: User, time_machine: TimeMachineFixture
) -> None:
    log_in_by_smtp(person.email, make.PASSWORD, PEER)
    log_in_by_smtp(person.email, make.PASSWORD, PEER)
    log_in_by_smtp(person.email, make.PASSWORD, "192.0.2.8")
    time_machine.move_to(timezone.now() + timedelta(days=1, seconds=1))
    log_in_by_smtp(person.email, make.PASSWORD, PEER)

    line = ("sign_in", {"ways": ["smtp"]})
    assert lines(person) == [(*line, PEER), (*line, "192.0.2.8"), (*line, PEER)]
    assert counted(failed=False) == {"smtp": 3}


def test_signing_in_on_the_web_does_not_hide_a_mail_program(person: User) -> None:
    sign_in(person.email)
    log_in_by_smtp(person.email, make.PASSWORD, PEER)
    assert [data for _, data, _ in lines(person)] == [{"ways": ["password"]}, {"ways": ["smtp"]}]


def test_a_mail_server_is_noted_in_the_log_of_its_organization() -> None:
    place = make.organization()
    username, password = create_smtp_credential(place, "Exchange")
    log_in_by_smtp(username, password, PEER)
    log_in_by_smtp(username, "wrong", PEER)

    rows = AuditEntry.objects.filter(organization=place, about=f"{place.smtp_credentials.get()}")
    found: list[object] = list(rows.order_by("pk").values_list("verb", "actor", "data", "ip"))
    assert found[-2:] == [
        ("sign_in", None, {"ways": ["smtp"]}, PEER),
        ("fail_sign_in", None, {"reason": "smtp_password"}, PEER),
    ]


def test_a_house_that_is_read_only_writes_nothing(person: User, settings: Settings) -> None:
    settings.READ_ONLY = True
    assert log_in_by_smtp(person.email, make.PASSWORD, PEER) is not None
    assert lines(person) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.races
def test_two_mails_at_once_are_one_line(person: User) -> None:
    log_in = partial(log_in_by_smtp, person.email, make.PASSWORD, PEER)
    assert at_once(*[log_in] * 4) == {"done": 4}
    assert verbs(person) == ["sign_in"]


def test_the_log_tells_one_peer_from_another_without_its_address(
    person: User, log: pytest.LogCaptureFixture
) -> None:
    sign_in(person.email, "wrong")
    sign_in("nobody@zorg.example", "wrong")
    Client(REMOTE_ADDR="192.0.2.8").post(LOGIN, {"login": person.email, "password": "wrong"})
    ends = [line.rpartition(" from ")[2] for line in log.messages]
    assert (ends[0] == ends[1], ends[0] == ends[2]) == (True, False)
    assert not any(PEER in line or "@" in line for line in log.messages)


def test_the_figures_tell_ways_and_reasons(person: User, settings: Settings) -> None:
    sign_in(person.email)
    sign_in(person.email, "wrong")
    page = Client().get("/metrics").content.decode()
    assert 'zivweb_sign_ins_total{way="password"} 1.0' in page
    assert 'zivweb_sign_ins_failed_total{reason="wrong_password"} 1.0' in page
