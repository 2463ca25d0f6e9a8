"""Who got a message is forgotten a while after its end; what happened stays, by id."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.policy import ACCESS_CODE
from delivery import states
from delivery.actions.ending import UNDO_TIME, plan_destruction
from delivery.actions.locking import end_codes, lock, lock_message
from delivery.models import Challenge, CodeTries, Device, MessageRecipient
from flow.forgetting import DOMAIN, KEPT, NOBODY, first_ids
from flow.moves import move
from notifications.actions import cancel, cancel_about


@transaction.atomic
def forget_recipients() -> int:
    """Forget some recipients of messages that ended long ago; return how many."""
    old = MessageRecipient.objects.filter(message__ended_at__lt=timezone.now() - KEPT)
    return _forget(first_ids(old.exclude(address__endswith=f"@{DOMAIN}")))


@transaction.atomic
def forget_tries_of_codes() -> int:
    """Forget some wrong tries of long ago, of people who can open nothing; return how many."""
    open_to = MessageRecipient.objects.filter(
        message__organization=OuterRef("organization"),
        message__ended_at=None,
        address=OuterRef("address"),
        method=ACCESS_CODE,
    )
    old = CodeTries.objects.filter(~Exists(open_to), failed_at__lt=timezone.now() - KEPT)
    ids = first_ids(old)
    CodeTries.objects.filter(pk__in=ids).delete()
    return len(ids)


@transaction.atomic
def erase_recipient(address: str) -> int:
    """Withdraw every message from an address, and forget it; return how many there were."""
    rows = MessageRecipient.objects.filter(address=address)
    for pk, message_id in list(rows.order_by("message").values_list("pk", "message")):
        message = lock_message(message_id)
        _withdraw(lock(pk))
        plan_destruction(message)
    Device.objects.filter(address=address).delete()
    CodeTries.objects.filter(address=address).delete()
    return _forget(list(rows.values_list("pk", flat=True)))


def _withdraw(row: MessageRecipient) -> None:
    now = timezone.now()
    if row.state in states.LIVE:
        long_ago = now - UNDO_TIME  # nobody takes this back
        move(row, states.REVOKED, states.MOVES, stopped_at=long_ago)
        end_codes(row, now)
    cancel_about(str(row), "code")
    if row.notification is not None:
        cancel(row.notification)


def _forget(ids: list[int]) -> int:
    Challenge.objects.filter(recipient__in=ids).delete()
    MessageRecipient.objects.filter(pk__in=ids).update(
        address=NOBODY, name="", secret=b"", language_chosen=False, datum=None
    )
    return len(ids)
