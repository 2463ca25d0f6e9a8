"""Monitoring reads counts and ages; strangers find nothing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Organization
from flow.actions import STRIKES, Sweep
from tests import make
from zivweb.remembered import forget_all

pytestmark = pytest.mark.django_db

TOKEN = "a token of the tests that is long"
PRUNE = "accounts.tasks.prune_audit"
AFAR = {"REMOTE_ADDR": "192.0.2.7"}


def test_work_that_is_not_done_is_counted(client: Client) -> None:
    make.draft(make.user(), "secret.person@example.nl")

    page = client.get("/metrics").content.decode()

    assert 'zivweb_drafts{state="waiting"} 1.0' in page
    assert 'zivweb_notifications{state="queued"} 1.0' in page
    assert "zivweb_raw_mails_unread 0.0" in page
    assert 'zivweb_heartbeat_age_seconds{worker="outbound"} +Inf' in page


def test_rows_that_are_set_aside_are_counted_by_their_task(client: Client) -> None:
    _ = [Sweep(PRUNE, Organization).strike(7, ValueError()) for _ in range(STRIKES)]

    page = client.get("/metrics").content.decode()

    assert f'zivweb_rows_set_aside{{task="{PRUNE}"}} 1.0' in page
    assert 'zivweb_rows_set_aside{task="accounts.tasks.seal_audit"} 0.0' in page


def test_nothing_tells_of_anybody(client: Client) -> None:
    person = make.user()
    make.draft(person, "secret.person@example.nl")

    page = client.get("/metrics").content.decode()

    assert [word for word in ("secret", "@", person.name) if word in page] == []


@pytest.mark.parametrize(
    ("asked_by", "status"),
    [
        ({}, 200),
        (AFAR, 404),
        ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        (AFAR | {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, 200),
        (AFAR | {"HTTP_AUTHORIZATION": "Bearer another"}, 404),
        (AFAR | {"HTTP_HOST": "10.1.2.3", "HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_this_machine_and_the_token_are_answered(
    asked_by: dict[str, str], status: int, settings: Settings
) -> None:
    settings.METRICS_TOKEN = TOKEN

    assert Client(**asked_by).get("/metrics").status_code == status  # type: ignore[arg-type]


def test_without_a_token_an_empty_one_opens_nothing() -> None:
    client = Client(HTTP_AUTHORIZATION="Bearer ", REMOTE_ADDR="192.0.2.7")

    assert client.get("/metrics").status_code == 404


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    person = make.user()
    make.draft(person)
    with CaptureQueriesContext(connection) as for_one:
        client.get("/metrics")

    _ = [make.draft(person) for _ in range(2)]
    forget_all()
    with CaptureQueriesContext(connection) as for_three:
        client.get("/metrics")

    assert len(for_three) == len(for_one)
