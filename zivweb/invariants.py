"""Counts that must hold at every moment, whatever died or came twice: each is one query, of rows
that must not be there.

Every query sees committed rows alone, so they hold while mail flows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import AuditEntry
from contacts.models import ImportRun
from delivery import states as delivery_states
from delivery.models import Message, MessageAttachment, MessageRecipient, Reply, ReplyAttachment
from drafts import states
from drafts.models import Attachment, Draft, Recipient
from intake import states as intake_states
from intake.models import RawMail
from notifications import states as notification_states
from notifications.models import Notification
from vault.models import Blob

SHOWN: Final = 10
STUCK: Final = timedelta(hours=1)
DONE: Final = (
    notification_states.SENT,
    notification_states.FAILED,
    notification_states.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Broken:
    """How many rows break an invariant, and the ids of some."""

    words: str
    count: int
    ids: list[int]


def check() -> list[Broken]:
    """Return what does not hold."""
    broken = []
    for words, rows_of in INVARIANTS.items():
        rows = rows_of()
        if count := rows.count():
            broken.append(Broken(words, count, list(rows.values_list("pk", flat=True)[:SHOWN])))
    return broken


def _incomplete() -> Exists:
    return Exists(Recipient.objects.filter(draft=OuterRef("pk")).exclude(reason=""))


def _lost_recipients() -> QuerySet[Any]:
    """A release copies every recipient of the draft."""
    sent = Draft.objects.filter(state=states.SENT)
    wanted = sent.annotate(wanted=Count("recipients", distinct=True))
    made = wanted.annotate(made=Count("message__recipients", distinct=True))
    return made.exclude(wanted=F("made"))


def _released_twice() -> QuerySet[Any]:
    lines = AuditEntry.objects.filter(verb="release", about=OuterRef("about"))
    return AuditEntry.objects.filter(Exists(lines.filter(pk__lt=OuterRef("pk"))), verb="release")


def _kept_payloads() -> QuerySet[Any]:
    ended = Notification.objects.filter(state__in=DONE).exclude(data_key=b"")
    return ended.none() if settings.DEMO else ended


def _loose_blobs() -> QuerySet[Any]:
    holders = (Attachment, MessageAttachment, ReplyAttachment)
    held = Q(Exists(ImportRun.objects.filter(file=OuterRef("pk"))))
    for model in holders:
        held |= Q(Exists(model._default_manager.filter(blob=OuterRef("pk"))))  # noqa: SLF001
    return Blob.objects.exclude(held)


INVARIANTS: Final[dict[str, Callable[[], QuerySet[Any]]]] = {
    "a mail that was sent has a message for each of its recipients": _lost_recipients,
    "a mail is released once": _released_twice,
    "a mail that was sent, or ended, keeps nothing that can be opened": lambda: (
        Draft.objects.filter(state__in=[states.SENT, states.EXPIRED]).exclude(data_key=b"")
    ),
    "a mail that waits lacks something": lambda: Draft.objects.filter(
        ~_incomplete(), state=states.WAITING, problem=""
    ),
    "a mail that is ready lacks nothing": lambda: Draft.objects.filter(
        _incomplete() | ~Q(problem=""), state=states.READY
    ),
    "a mail that is held comes to an end": lambda: Draft.objects.filter(
        state__in=states.HELD, expires_at=None
    ),
    "a mail that is being sent has its time": lambda: Draft.objects.filter(
        state=states.SENDING, send_at=None
    ),
    "every recipient who waits for a mail has one in the outbox": lambda: (
        MessageRecipient.objects.filter(state=delivery_states.QUEUED, notification=None)
    ),
    "nobody can open a message that has ended": lambda: MessageRecipient.objects.filter(
        state__in=delivery_states.LIVE
    ).exclude(message__ended_at=None),
    "a message that has ended keeps nothing that can be opened": lambda: Message.objects.exclude(
        ended_at=None
    ).exclude(data_key=b"", content=b""),
    "an answer to a message that has ended keeps nothing that can be opened": lambda: (
        Reply.objects.exclude(message__ended_at=None).exclude(data_key=b"")
    ),
    "what was sent, or failed, keeps nothing that can be opened": _kept_payloads,
    "nothing is being sent for an hour": lambda: Notification.objects.filter(
        state=notification_states.SENDING, lease_until__lt=timezone.now() - STUCK
    ),
    "a mail that was taken in is read within an hour": lambda: RawMail.objects.filter(
        state=intake_states.STORED, received_at__lt=timezone.now() - STUCK
    ),
    "every file belongs to something": _loose_blobs,
}
