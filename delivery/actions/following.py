"""Recipients follow what became of their mails and SMS; the sender is told of what failed."""

from datetime import datetime

from django.utils import timezone

from accounts.models import AuditEntry
from delivery import states
from delivery.actions.locking import lock, record
from delivery.actions.telling import BOUNCED, NO_SMS, tell_sender
from delivery.models import MessageRecipient
from flow.actions import Sweep
from flow.moves import move
from flow.sweeps import wake
from notifications import states as notification_states
from notifications.access import news_about
from notifications.actions import note_report, settle_news
from notifications.models import Notification

BATCH = 500
NEWS = 20
FOLLOW = "delivery.tasks.follow_notifications"

_PREFIX = "message recipient:"
_sent, _news = Sweep(FOLLOW, MessageRecipient), Sweep(FOLLOW, Notification)


def follow_notifications() -> int:
    """Follow what was sent, failed or came back, a batch at a time; return how many there were."""
    return follow_sent() + follow_news()


def follow_sent() -> int:
    """Bring recipients up to date with their mails, a batch at a time; return how many moved."""
    waiting = MessageRecipient.objects.filter(
        state=states.QUEUED, notification__state=notification_states.SENT
    )
    return _sent.run(waiting.select_related("message"), _note_sent, BATCH)


def follow_news() -> int:
    """Note which mails and SMS failed or came back, a few at a time; return how many."""
    return _news.run(news_about("message"), _follow_all, NEWS)


def note_bounce(token: str, code: str) -> None:
    """Take it that a mail of ours came back: `token` stood in the address that it came back to.

    `code` is the enhanced status code (RFC 3463) of the report.
    """
    if note_report(token, notification_states.RETURNED, code):
        wake(FOLLOW)


def _note_sent(found: list[MessageRecipient]) -> None:
    rows = MessageRecipient.objects.filter(pk__in=[row.pk for row in found], state=states.QUEUED)
    rows.update(state=states.NOTIFIED, notified_at=timezone.now())
    AuditEntry.objects.bulk_create(
        AuditEntry(
            organization_id=row.message.organization_id,
            verb=f"recipient_{states.NOTIFIED}",
            about=str(row.message),
            data={"recipient": row.pk},
        )
        for row in found
    )


def _follow_all(news: list[Notification]) -> None:
    for notification in news:
        _follow(notification, timezone.now())
    settle_news(news)


def _follow(notification: Notification, now: datetime) -> None:
    if notification.channel == notification_states.MAIL:
        mailed = MessageRecipient.objects.filter(notification=notification)
        for pk in mailed.values_list("pk", flat=True):
            _bounce(pk, now)
    elif notification.about.startswith(_PREFIX):
        _tell_of_sms(int(notification.about.removeprefix(_PREFIX)), now)


def _bounce(pk: int, now: datetime) -> None:
    """Note that the mail with the link came back. Who has opened the message had the mail."""
    row = lock(pk)
    if row.state not in {states.QUEUED, states.NOTIFIED} or row.message.expires_at <= now:
        return
    move(row, states.BOUNCED, states.MOVES, stopped_at=now)
    tell_sender(row, BOUNCED)
    record(f"recipient_{states.BOUNCED}", row.message, recipient=row.pk)


def _tell_of_sms(pk: int, now: datetime) -> None:
    found = MessageRecipient.objects.filter(pk=pk, state__in=states.UNREAD).exists()
    if found and (row := lock(pk)).message.expires_at > now:
        tell_sender(row, NO_SMS)
