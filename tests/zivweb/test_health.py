"""The answer to a load balancer says what is well, and nothing else."""

import socket
from datetime import timedelta
from typing import NoReturn

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from time_machine import TimeMachineFixture

from notifications.models import Notification
from tests import make
from zivweb.broker import free_port
from zivweb.celery import QUEUES
from zivweb.heartbeat import PATIENCE
from zivweb.tasks import beat


def gone(*_: object) -> NoReturn:
    """Answer a query as a database that went away does."""
    raise OperationalError("server closed the connection unexpectedly")


def shift_next(seconds: int) -> None:
    """Let everything in the outbox be due from so many seconds ahead on."""
    Notification.objects.update(next_at=timezone.now() + timedelta(seconds=seconds))


@pytest.fixture
def _workers_beat(db: None) -> None:
    """Let every worker have run a task a moment ago."""
    for worker in QUEUES:
        beat(worker)


@pytest.mark.usefixtures("_workers_beat")
def test_all_is_well(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "ok",
        "broker": "ok",
        "worker": "ok",
        "outbound": "ok",
        "texts": "ok",
        "long": "ok",
        "outbox_seconds": 0,
    }


@pytest.mark.usefixtures("_workers_beat")
def test_a_worker_without_a_sign_of_life_is_a_warning(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(timezone.now() + timedelta(seconds=PATIENCE + 1))
    beat("outbound")

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["worker"], answer.json()["outbound"]) == (
        200,
        "down",
        "ok",
    )


@pytest.mark.django_db
def test_what_is_due_and_does_not_go_out_is_told(client: Client) -> None:
    make.draft(make.user())
    shift_next(seconds=-70)

    assert client.get("/healthz").json()["outbox_seconds"] in range(70, 80)


@pytest.mark.django_db
def test_a_lost_broker_is_a_warning(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["broker"] == "down"


@pytest.mark.slow
@pytest.mark.django_db
def test_a_broker_that_hangs_is_a_warning(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["broker"]) == (200, "down")


@pytest.mark.django_db
def test_a_lost_database_is_no_health(client: Client) -> None:
    with connection.execute_wrapper(gone):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["database"]) == (503, "down")


@pytest.mark.django_db
def test_only_looking_is_allowed(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
