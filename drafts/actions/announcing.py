"""Tells senders what went out by itself: much at once in one mail, while more keeps going out."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from delivery.models import Message
from drafts import states
from drafts.actions.telling import (
    LISTED,
    SENT_BY_ITSELF,
    about_drafts_of,
    finish_link,
    tell_person,
)
from drafts.models import Draft
from notifications.models import Notification
from vault.keys import VaultError

SENT_SEVERAL = "sent_several"
PATIENCE = timedelta(minutes=5)  # the longest that such a mail waits while more goes out


def senders_to_announce(limit: int) -> list[int]:
    """Return of whom mails went out by themselves without their knowing."""
    due = Draft.objects.filter(tell_at__lte=timezone.now(), state=states.SENT)
    return list(due.order_by().values_list("sender", flat=True).distinct()[:limit])


@transaction.atomic
def announce_sent(sender_id: int) -> int:
    """Tell a sender what went out by itself; return how many mails that were."""
    sender = User.objects.select_for_update(no_key=True).get(pk=sender_id)
    untold = Draft.objects.filter(sender=sender, state=states.SENT).exclude(tell_at=None)
    times = untold.aggregate(first=Min("tell_at"), last=Max("tell_at"), newest=Max("pk"))
    now = timezone.now()
    if times["last"] is None or (times["last"] > now and times["first"] > now - PATIENCE):
        return 0
    rows = untold.filter(pk__lte=times["newest"])
    count = rows.count()
    drafts = list(rows.select_related("message").order_by("pk")[:LISTED])
    notice = _tell_one(drafts[0]) if count == 1 else _tell_several(sender, drafts, count)
    rows.update(tell_at=None, notice=notice)
    return count


def _tell_one(draft: Draft) -> Notification:
    subject, message_id = _named(draft.message)
    context = {
        "subject": subject,
        "link": finish_link(draft),
        "recipient_count": draft.recipients.count(),
    }
    return tell_person(
        draft.sender,
        SENT_BY_ITSELF,
        context,
        about=str(draft),
        key=f"{draft}:{SENT_BY_ITSELF}",
        thread=(message_id,) if message_id else (),
    )


def _tell_several(sender: User, drafts: list[Draft], count: int) -> Notification:
    lines = [{"subject": _named(draft.message)[0], "link": finish_link(draft)} for draft in drafts]
    context: dict[str, Any] = {
        "drafts": lines,
        "draft_count": count,
        "more_count": max(0, count - LISTED),
        "drafts_link": f"{settings.BASE_URL}{reverse('sent_list')}",
    }
    key = f"{drafts[0]}:{SENT_SEVERAL}"
    return tell_person(sender, SENT_SEVERAL, context, about=about_drafts_of(sender.pk), key=key)


def _named(message: Message | None) -> tuple[str, str]:
    """Return subject and Message-ID of what was sent, "" once it is destroyed."""
    try:
        content = message.open_content() if message else None
    except VaultError:
        content = None
    return (content.subject, content.message_id) if content else ("", "")
