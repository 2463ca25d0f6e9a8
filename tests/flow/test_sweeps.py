"""Waking a worker never fails."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from celery import current_app
from django.db import transaction

from flow.sweeps import wake


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_costs_one_log_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = current_app.connection_for_write("redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    monkeypatch.setattr(current_app.conf, "broker_url", dead.as_uri())
    monkeypatch.setattr(current_app.conf, "broker_write_url", dead.as_uri())

    with transaction.atomic():
        wake("drafts.tasks.detect_missing")

    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.django_db
def test_a_transaction_wakes_a_task_once(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[object]]],
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        _ = [wake(name) for name in ("a.tasks.one", "a.tasks.two", "a.tasks.one")]  # type: ignore[func-returns-value]

    assert len(callbacks) == 2
