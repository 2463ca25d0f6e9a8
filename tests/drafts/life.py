"""Moves time for drafts: the rows' times are shifted back, whatever process looks at them."""

from datetime import datetime, timedelta

from django.db.models import F

from drafts.models import Draft
from notifications.models import Notification

TIMES = (
    *("created_at", "send_at", "released_at", "tell_at", "remind_at", "expires_at", "opened_at"),
)


def let_pass(time: timedelta) -> None:
    """Let time pass for every draft, and for every mail about them."""
    Draft.objects.update(**{name: F(name) - time for name in TIMES})
    Notification.objects.update(created_at=F("created_at") - time, next_at=F("next_at") - time)


def a_working_hour() -> datetime:
    """Return a Tuesday at eleven in Amsterdam, far enough ahead for any row of a test."""
    return datetime.fromisoformat("2031-03-04 11:00+01:00")
