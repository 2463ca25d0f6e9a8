"""What the alarms look at rises with what is late or went wrong, and they look at nothing else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.actions import seal_audit
from drafts import actions, states
from drafts.models import Draft
from flow.actions import count_event
from flow.models import SESSION_REFUSED
from notifications.models import Notification
from tests import make
from zivweb import remembered
from zivweb.celery import app

pytestmark = pytest.mark.django_db

AGO = timedelta(hours=2)
HOURS = 7200.0


def shown(metric: str) -> float:
    """Return what /metrics says of one of our figures, with its labels."""
    remembered.forget_all()
    page = Client().get("/metrics").content.decode()
    found = re.search(rf"^{re.escape(metric)} (\S+)$", page, re.MULTILINE)
    return float(found.group(1)) if found else -1.0


@pytest.fixture
def fails() -> Iterator[Any]:
    """A task that fails as a whole."""

    @app.task(name="tests.fails")
    def fail() -> None:
        raise ValueError

    yield fail
    app.tasks.unregister("tests.fails")


def test_a_mail_that_nobody_judges_is_seen() -> None:
    actions.hold_mail(make.mail(make.user()))
    Draft.objects.update(created_at=timezone.now() - AGO)

    assert shown("zivweb_drafts_unjudged_age_seconds") == pytest.approx(HOURS, abs=60)


def test_a_release_that_does_not_come_is_seen() -> None:
    draft = make.draft(make.user())
    due = timezone.now() - AGO
    Draft.objects.filter(pk=draft.pk).update(state=states.SENDING, send_at=due)

    assert shown("zivweb_release_age_seconds") == pytest.approx(HOURS, abs=60)


def test_the_oldest_of_each_kind_in_the_outbox_is_seen() -> None:
    make.draft(make.user())
    Notification.objects.update(next_at=timezone.now() - AGO)

    age = shown('zivweb_outbox_due_age_seconds{kind="finish_sending"}')
    assert age == pytest.approx(HOURS, abs=60)


def test_an_audit_line_is_seen_until_it_is_sealed() -> None:
    place = make.organization()
    seal_audit(settled=timedelta(0))
    before = shown("zivweb_audit_unsealed_age_seconds")
    audit.record("hold", "draft:1", organization_id=place.pk)
    unsealed = shown("zivweb_audit_unsealed_age_seconds")
    seal_audit(settled=timedelta(0))

    after = shown("zivweb_audit_unsealed_age_seconds")
    assert (before, unsealed > 0, after) == (0.0, True, 0.0)


def test_a_task_that_fails_is_counted(fails: Any) -> None:
    fails.apply()
    fails.apply()

    assert shown('zivweb_task_failures_total{task="tests.fails"}') == 2.0


def test_refused_sessions_are_counted_by_their_reason() -> None:
    count_event(SESSION_REFUSED, "too_slow", 3)
    count_event(SESSION_REFUSED, "too_slow", 2)

    assert shown('zivweb_smtp_sessions_refused_total{reason="too_slow"}') == 5.0
