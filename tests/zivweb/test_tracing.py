"""Every log line of a request or a task holds its id."""

import pytest
from celery import shared_task
from django.test import Client
from pytest_django import Settings
from structlog.contextvars import get_contextvars

from zivweb.celery import app

LOGIN = "/.well-known/security.txt"


@shared_task(name="tests.what_is_bound")
def what_is_bound() -> dict[str, object]:
    """Return what a log line of this task would hold."""
    return dict(get_contextvars())


def test_a_request_gets_an_id_of_its_own() -> None:
    first, second = (Client().get(LOGIN)["X-Request-Id"] for _ in range(2))

    assert (len(first), first != second) == (16, True)


@pytest.mark.parametrize(
    ("peer", "sent", "kept"),
    [
        ("10.0.0.1", "abcdef-123456", True),
        ("10.0.0.1", "x y", False),
        ("6.6.6.6", "abcdef12", False),
    ],
)
def test_only_our_own_proxy_names_a_request(
    peer: str, sent: str, kept: bool, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]

    answer = Client(REMOTE_ADDR=peer, HTTP_X_REQUEST_ID=sent).get(LOGIN)

    assert (answer["X-Request-Id"] == sent) is kept


def test_a_task_has_its_name_and_id_in_its_lines() -> None:
    task = app.tasks["tests.what_is_bound"]

    bound = task.apply(task_id="an-id").get()

    assert bound == {"task": "tests.what_is_bound", "task_id": "an-id"}
    assert get_contextvars() == {}
