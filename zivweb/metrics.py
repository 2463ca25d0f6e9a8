"""What monitoring reads at `/metrics` (Prometheus): counts and ages, nothing about anybody.

They are read from the rows, at most once a second, so they are true for all processes together.
"""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.verifying import oldest_unsealed
from addresses.peers import is_loopback, peer_of
from contacts.models import ImportRun
from contacts.states import WORKING
from drafts import states as draft_states
from drafts.models import Draft
from flow.access import event_counts, set_aside_by_task
from flow.models import SESSION_REFUSED, SIGN_IN_FAILED, SIGNED_IN, TASK_FAILED
from intake import states as intake_states
from intake.models import RawMail
from notifications import states as notification_states
from notifications.access import outbox_age, outbox_ages
from notifications.models import Notification
from vault.access import wraps_of_first_key
from zivweb import heartbeat
from zivweb.celery import BEAT, QUEUES
from zivweb.remembered import Remembered

# States of work that is not done; each is found by an index, however much there is that is done.
DRAFTS = (
    draft_states.RECEIVED, draft_states.WAITING, draft_states.READY, draft_states.SENDING,
)  # fmt: skip
NOTIFICATIONS = (notification_states.QUEUED, notification_states.SENDING)


class Rows(Collector):
    """Counts the rows of the database when it is asked."""

    def collect(self) -> Iterable[Metric]:
        """Yield every gauge."""
        yield _by("drafts", "Drafts that are not done", "state", _states(Draft, DRAFTS))
        yield _by(
            "notifications",
            "Mails and SMS that have to go out",
            "state",
            _states(Notification, NOTIFICATIONS),
        )
        unread = RawMail.objects.filter(state=intake_states.STORED)
        yield _one("raw_mails_unread", "Mails taken in that no worker has read", unread.count())
        yield _one(
            "raw_mails_unread_age_seconds", "Age of the oldest of them", _age(unread, "received_at")
        )
        yield _one("outbox_age_seconds", "How long the oldest notification is due", outbox_age())
        yield _by("outbox_due_age_seconds", "The same by kind", "kind", outbox_ages())
        yield from _late()
        running = ImportRun.objects.filter(state__in=WORKING)
        yield _one("imports_running", "Imports that are being worked on", running.count())
        yield _total("sign_ins", "Sign-ins on the pages", "way", SIGNED_IN)
        yield _total("sign_ins_failed", "Failed ones", "reason", SIGN_IN_FAILED)
        yield _by(
            "rows_set_aside",
            "Rows that a task failed on three times (manage.py set_aside)",
            "task",
            dict.fromkeys(BEAT, 0.0) | set_aside_by_task(),
        )
        yield _one("key_wraps", "About how often the first key was used", wraps_of_first_key())
        ages = {worker: heartbeat.age(worker) for worker in QUEUES}
        yield _by("heartbeat_age_seconds", "Since the last sign of life", "worker", ages)


def _late() -> Iterable[Metric]:
    """Yield how late the work is that nobody sees."""
    waiting = Draft.objects.filter(
        state=draft_states.RECEIVED, attempts__lte=draft_states.MAX_ATTEMPTS
    )
    yield _one(
        "drafts_unjudged_age_seconds", "Age of the oldest mail that is not judged",
        _age(waiting, "created_at"),
    )  # fmt: skip
    going = Draft.objects.filter(state=draft_states.SENDING, send_at__lte=timezone.now())
    yield _one("release_age_seconds", "How long the oldest release is due", _age(going, "send_at"))
    yield _one(
        "audit_unsealed_age_seconds", "Age of the oldest unsealed audit line",
        _since(oldest_unsealed()),
    )  # fmt: skip
    yield _total("task_failures", "Tasks that failed as a whole", "task", TASK_FAILED, BEAT)
    yield _total(
        "smtp_sessions_refused", "SMTP sessions that were sent away", "reason", SESSION_REFUSED,
        intake_states.REFUSALS,
    )  # fmt: skip


REGISTRY = CollectorRegistry()
REGISTRY.register(Rows())
figures = Remembered(lambda: generate_latest(REGISTRY))


@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """Answer this machine, and who has the token; for everybody else there is nothing here."""
    if not (_is_local(request) or _has_token(request)):
        return HttpResponseNotFound()
    return HttpResponse(figures(), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """Tell whether a program of this machine asks, and no proxy for somebody else."""
    forwarded = {"X-Forwarded-For", "X-Forwarded-Host", "Forwarded"} & request.headers.keys()
    return not forwarded and is_loopback(peer_of(request.META.get("REMOTE_ADDR", ""), "", []))


def _has_token(request: HttpRequest) -> bool:
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    return bool(token) and hmac.compare_digest(sent.encode(), token.encode())


def _states(model: type[Draft | Notification], states: tuple[str, ...]) -> dict[str, float]:
    rows = model.objects.filter(state__in=states).order_by().values_list("state")
    return dict.fromkeys(states, 0.0) | dict(rows.annotate(rows=Count("pk")))


def _age(rows: "QuerySet[RawMail] | QuerySet[Draft]", field: str) -> float:
    return _since(rows.aggregate(oldest=Min(field))["oldest"])


def _since(moment: datetime | None) -> float:
    return (timezone.now() - moment).total_seconds() if moment else 0.0


def _total(name: str, text: str, label: str, event: str, keys: Iterable[str] = ()) -> Metric:
    """Return counts of events. Those that an alarm looks at begin at 0, or it sees no increase."""
    family = CounterMetricFamily(f"zivweb_{name}", text, labels=[label])
    for key, count in (dict.fromkeys(keys, 0) | event_counts(event)).items():
        family.add_metric([key], count)
    return family


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"zivweb_{name}", text, value=value)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"zivweb_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
