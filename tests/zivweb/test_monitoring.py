"""Monitoring is answered whatever else is going on, and costs little however often it asks."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from zivweb import in_time
from zivweb.remembered import Remembered


class Hanging:
    """An application that answers nothing until somebody lets it."""

    def __init__(self) -> None:
        self.over = Event()

    def __call__(self, _environ: dict[str, Any], start: in_time.Start) -> list[bytes]:
        """Answer, late."""
        self.over.wait()
        start("200 OK", [])
        return [b"well"]


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """Return one, which ends with the test."""
    application = Hanging()
    yield application
    application.over.set()


def asked(application: in_time.InTime) -> tuple[str, bytes]:
    """Return status and content of an answer."""
    begun: list[str] = []
    content = application({}, lambda status, _headers: begun.append(status))
    return begun[0][:3], b"".join(content)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_who_asks_again_at_once_costs_no_look_at_the_database(client: Client, path: str) -> None:
    first = client.get(path).content
    with CaptureQueriesContext(connection) as queries:
        again = client.get(path).content

    assert (first == again, len(queries)) == (True, 0)


def test_what_failed_is_not_remembered() -> None:
    divisors = iter([0, 1])
    remembered = Remembered(lambda: 7 // next(divisors))
    with pytest.raises(ZeroDivisionError):
        remembered()

    assert remembered() == 7


def test_what_hangs_is_told_in_time(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_time, "PATIENCE", 0.1)

    assert asked(in_time.InTime(hanging)) == ("503", in_time.SILENT)


def test_what_hung_answers_again(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    application = in_time.InTime(hanging)
    with monkeypatch.context() as hasty:
        hasty.setattr(in_time, "PATIENCE", 0.1)
        asked(application)
    hanging.over.set()

    assert asked(application) == ("200", b"well")
