"""Note what the world says of a notification that was sent."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.audit import record_all
from notifications import states
from notifications.actions.ending import line_of
from notifications.models import Notification
from vault.tokens import is_token, token_hash


def note_report(token: str, report: str, code: str = "") -> Notification | None:
    """Note what the world says of a notification that was sent; None when that is nothing new.

    `token` stands in the bounce address of a mail, and is the receipt id of an SMS. The first
    report counts, except that a mail may still come back after it was delivered somewhere.
    """
    if not is_token(token):
        return None
    rows = Notification.objects.filter(return_hash=token_hash(token), state=states.SENT)
    with transaction.atomic():
        row = rows.exclude(report__in={states.RETURNED, report}).select_for_update().first()
        if row is None or (row.report and row.channel == states.SMS):
            return None
        row.report, row.reported_at, row.error = report, timezone.now(), code[:80]
        row.news = report == states.RETURNED
        row.save(update_fields=["report", "reported_at", "error", "news"])
        record_all([line_of(row, report)])
    return row


def settle_news(rows: Sequence[Notification]) -> None:
    """Note that the app that these are about has followed what became of them."""
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(news=False)
