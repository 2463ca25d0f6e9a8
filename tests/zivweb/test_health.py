"""The answer to a load balancer says what is well, and nothing else."""

import socket
from typing import NoReturn

import pytest
from django.db import OperationalError, connection
from django.test import Client

from zivweb.broker import free_port


def gone(*_: object) -> NoReturn:
    """Answer a query as a database that went away does."""
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.django_db
def test_all_is_well(client: Client) -> None:
    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_a_lost_broker_is_a_warning(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "down"}


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
