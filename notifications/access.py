"""Finds notifications: what failed about a thing, and what the demo mailbox shows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.http import Http404
from django.utils import timezone

from notifications import states
from notifications.caught import CaughtMail, open_mail
from notifications.letters import unpack_mail, unpack_sms
from notifications.models import Notification

PAYLOAD = "payload"  # the part of a row under which its payload is sealed
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Caught:
    """A mail or SMS of the demo, opened. `sender` and `headers` are empty for an SMS."""

    id: int
    channel: str
    kind: str
    state: str
    to: str
    mail: CaughtMail
    at: datetime
    sent_at: datetime | None


def is_ours(uids: Collection[UUID], organization_id: int) -> bool:
    """Tell whether one of these is a mail that this organization's people got from us."""
    rows = Notification.objects.filter(uid__in=uids, organization=organization_id)
    return rows.filter(channel=states.MAIL).exists()


def outbox_age() -> float:
    """Return for how many seconds the oldest mail or SMS is due, 0 when none is."""
    due = Notification.objects.filter(state=states.QUEUED, next_at__lte=timezone.now())
    oldest = due.aggregate(oldest=models.Min("next_at"))["oldest"]
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


def outbox_ages() -> dict[str, float]:
    """Return for how many seconds the oldest mail or SMS of each kind is due."""
    now = timezone.now()
    due = Notification.objects.filter(state=states.QUEUED, next_at__lte=now).order_by()
    oldest = due.values_list("kind").annotate(oldest=models.Min("next_at"))
    return {kind: (now - at).total_seconds() for kind, at in oldest}


def failures_about(about: str) -> list[Notification]:
    """Return what could not be delivered about this thing ("draft:12"), newest first."""
    failed = Notification.objects.filter(about=about, state=states.FAILED)
    return list(failed.order_by("-pk"))


def news_about(thing: str) -> models.QuerySet[Notification]:
    """Return what failed or came back about things of this kind ("message"), oldest first."""
    news = Notification.objects.filter(news=True, about__startswith=thing)
    return news.order_by("pk")


def newest_about(abouts: Collection[str], kind: str) -> dict[str, Notification]:
    """Return the newest notification of a kind about each of these things, in one query."""
    rows = Notification.objects.filter(about__in=abouts, kind=kind).order_by("pk")
    return {row.about: row for row in rows.defer("payload")}


def caught_letters() -> list[Caught]:
    """Return the newest mails and SMS of the demo, newest first. Http404 outside the demo."""
    return [_opened(row) for row in _caught().order_by("-pk")[:SHOWN]]


def caught_letter(pk: int) -> Caught:
    """Return one mail or SMS of the demo. Raises Http404."""
    row = _caught().filter(pk=pk).first()
    if row is None:
        raise Http404
    return _opened(row)


def _caught() -> models.QuerySet[Notification]:
    if not settings.DEMO:
        raise Http404
    return Notification.objects.exclude(state=states.CANCELLED).exclude(payload=b"")


def _opened(row: Notification) -> Caught:
    packed = row.unseal(PAYLOAD, bytes(row.payload))
    if row.channel == states.MAIL:
        wire = unpack_mail(packed)
        to, mail = wire.to, open_mail(wire)
    else:
        sms = unpack_sms(packed)
        to, mail = sms.to, CaughtMail("", "", sms.text, "", ())
    return Caught(
        id=row.pk,
        channel=row.channel,
        kind=row.kind,
        state=row.state,
        to=to,
        mail=mail,
        at=row.sent_at or row.created_at,
        sent_at=row.sent_at,
    )
