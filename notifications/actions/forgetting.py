"""Mails and SMS that are done are forgotten a while later."""

from django.utils import timezone

from flow.forgetting import KEPT, first_ids
from notifications import states
from notifications.models import Notification

DONE = (states.SENT, states.FAILED, states.CANCELLED)


def forget_done() -> int:
    """Delete some notifications that were done long ago; return how many."""
    old = Notification.objects.filter(
        state__in=DONE, news=False, created_at__lt=timezone.now() - KEPT
    )
    ids = first_ids(old)
    Notification.objects.filter(pk__in=ids).delete()
    return len(ids)
