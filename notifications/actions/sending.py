"""Send what is due.

No network is used inside a transaction: rows are claimed with a lease, sent, and then marked.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.db.models import F, SmallIntegerField, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from flow.actions import DATABASE_TROUBLE, STRIKES, Sweep
from flow.moves import move_all
from flow.slices import Pace
from flow.sweeps import skip_locked
from flow.turns import in_turns, sorted_by_turn
from notifications import states
from notifications.access import PAYLOAD
from notifications.actions.ending import end, put_off
from notifications.actions.queueing import SEND_DUE
from notifications.actions.taken import Taken
from notifications.gateways import UNKNOWN, NotDelivered, Relay, RelayDown, send_sms
from notifications.letters import unpack_mail, unpack_sms
from notifications.models import Notification
from notifications.render import BOUNCE
from notifications.retries import (
    LEASE,
    RELAY_DOWN_WAIT,
    is_given_up,
    is_late_sms,
    next_sms_try,
    next_try,
)
from vault.keys import VaultError
from vault.tokens import link_token

log = logging.getLogger(__name__)

_claiming = Sweep(SEND_DUE, Notification)

BATCH, ORDER = 50, ("next_at", "id")
_pace = Pace(BATCH)
TOO_LATE, GIVEN_UP = "too late", "given up"
NO_RELAY, UNREADABLE, BROKEN = "no relay", "cannot be opened", "broken"


def send_due() -> int:
    """Send a batch of what is due, SMS first. Returns how many were tried.

    0 means that there is nothing to do now: nothing is due, or the relay is down.
    """
    return send_texts() + _send_mails()


def send_texts() -> int:
    """Send a batch of the SMS that are due, whatever the relay does. Returns how many were tried.

    Each is claimed alone: an SMS whose worker dies is given up, so no other may share its lease.
    """
    _rescue_expired()
    for done in range(BATCH):
        rows = _claim(states.SMS, 1)
        if not rows:
            return done
        if _begin(rows[0]):
            _send_text(rows[0])
    return BATCH


def _rescue_expired() -> None:
    """Take over what a dead worker left: a mail goes again, an SMS never does.

    A mail that was being sent at a second death waits, so that it cannot stop all the others. What
    the relay is known to have taken is marked as sent.
    """
    now = timezone.now()
    stuck = Notification.objects.filter(state=states.SENDING, lease_until__lt=now)
    with transaction.atomic():
        ids = list(skip_locked(_claiming.open(stuck)).values_list("pk", flat=True)[:BATCH])
        for row in _claiming.read(Notification.objects.filter(pk__in=ids)):
            log.warning("a worker left %s", row)
            if row.sent_at:
                end(row, states.SENT, error="")
            elif row.channel == states.SMS:
                end(row, states.FAILED, error=UNKNOWN)
            else:
                put_off(row, next_at=next_try(row.attempts - 1, now) if row.attempts > 1 else now)


def _claim(channel: str, count: int) -> list[Notification]:
    """Take what is due, under a lease: what is urgent first, and of organizations in turn.

    The first attempt of mails is counted with it. So a mail whose worker died was begun before, and
    the attempts after it are counted one by one.
    """
    now = timezone.now()
    queued = Notification.objects.filter(state=states.QUEUED, channel=channel, next_at__lte=now)
    due = _claiming.open(queued)
    begun = Greatest(F("attempts"), Value(1), output_field=SmallIntegerField())
    counted = {"attempts": begun} if channel == states.MAIL else {}
    while True:  # until something can be read, or nothing is left
        with transaction.atomic():
            ids = in_turns(due.filter(urgent=True), count, ORDER)
            ids += in_turns(due.filter(urgent=False), count - len(ids), ORDER)
            rows = sorted_by_turn(_claiming.read(queued.filter(pk__in=ids)), ids)
            move_all(rows, states.SENDING, states.MOVES, lease_until=now + LEASE, **counted)
        if rows or not ids:
            return rows


def _begin_mail(row: Notification, taken: Taken) -> bool:
    """Begin with a mail; its first attempt is counted already, and its lease mostly long enough."""
    if row.attempts or row.lease_until is None or row.lease_until < timezone.now() + LEASE / 2:
        taken.settle()
        return _begin(row)
    row.attempts = 1
    return True


def _begin(row: Notification) -> bool:
    """Count the attempt and prolong the lease. False when another worker took the row over."""
    ours = Notification.objects.filter(pk=row.pk, state=states.SENDING, lease_until=row.lease_until)
    row.lease_until, row.attempts = timezone.now() + LEASE, row.attempts + 1
    return ours.update(lease_until=row.lease_until, attempts=row.attempts) == 1


def _send_text(row: Notification) -> None:
    if is_late_sms(row.created_at, row.useless_at, timezone.now()):
        end(row, states.FAILED, error=TOO_LATE)
        return
    try:
        if settings.SMS_URLS:
            receipt = link_token(BOUNCE, row.uid, row.return_hash)
            with _whatever_goes_wrong(row):
                send_sms(unpack_sms(_open(row)), settings.SMS_URLS, receipt)
    except NotDelivered as error:
        _settle_text(row, error)
    else:
        end(row, states.SENT, sent_at=timezone.now(), error="")


def _send_mails() -> int:
    rows = _claim(states.MAIL, _pace.size)
    with _pace.batch(len(rows)):
        return _send_claimed(rows)


def _send_claimed(rows: Sequence[Notification]) -> int:
    if settings.MAIL_RELAY is None:
        return sum(end(row, states.SENT, sent_at=timezone.now()) for row in rows)
    with Relay(settings.MAIL_RELAY) as relay:
        return _send_batch(rows, relay)


def _send_batch(rows: Sequence[Notification], relay: Relay) -> int:
    """Send the rows one by one. Returns 0 when the relay turned out to be down."""
    taken = Taken()
    try:
        return _send_each(rows, relay, taken)
    finally:
        taken.end()


def _send_each(rows: Sequence[Notification], relay: Relay, taken: Taken) -> int:
    """The relay is down when it cannot be reached, or when it cuts the line twice in a row."""
    cut_before = False
    for position, row in enumerate(rows):
        if not _begin_mail(row, taken):
            continue
        try:
            with _whatever_goes_wrong(row):
                relay.hand_over(unpack_mail(_open(row)), taken.settle)
        except RelayDown as error:
            taken.settle()
            log.warning("the relay is down (%s), %d mails wait", error, len(rows) - position)
            row.attempts -= 1
            return _put_back(rows[position:])
        except NotDelivered as error:
            taken.settle()
            _settle(row, error)
            if error.cut and cut_before:
                return _put_back(rows[position + 1 :])
            cut_before = error.cut
        else:
            cut_before = False
            taken.add(row)
    return len(rows)


@contextmanager
def _whatever_goes_wrong(row: Notification) -> Iterator[None]:
    """Raise NotDelivered for every error that is not the relay's or the database's."""
    try:
        yield
    except (RelayDown, NotDelivered, *DATABASE_TROUBLE):
        raise
    except Exception as error:
        raise _broken(row, error) from error


def _broken(row: Notification, error: Exception) -> NotDelivered:
    """Return why a row stops us itself; tried three times it is given up, and its sender told."""
    log.error("%s cannot be sent in attempt %s", row, row.attempts, exc_info=error)
    code = f"{BROKEN}: {type(error).__name__}"
    return NotDelivered(code, permanent=row.attempts >= STRIKES)


def _open(row: Notification) -> bytes:
    try:
        return row.unseal(PAYLOAD, bytes(row.payload))
    except VaultError:
        log.exception("%s cannot be opened", row)
        raise NotDelivered(UNREADABLE) from None


def _settle(row: Notification, error: NotDelivered) -> None:
    """Try the mail again later, or give it up."""
    now = timezone.now()
    if error.permanent:
        end(row, states.FAILED, error=error.code)
    elif is_given_up(row.created_at, now):
        end(row, states.FAILED, error=f"{GIVEN_UP}: {error.code}")
    else:
        put_off(row, next_at=next_try(row.attempts, now), error=error.code)


def _settle_text(row: Notification, error: NotDelivered) -> None:
    """Try the SMS again while its code is of use, or give it up."""
    again = next_sms_try(row.attempts, timezone.now())
    if error.permanent or is_late_sms(row.created_at, row.useless_at, again):
        end(row, states.FAILED, error=error.code)
    else:
        put_off(row, next_at=again, error=error.code)


def _put_back(rows: Sequence[Notification]) -> int:
    """Give back what a relay that is down left over: it costs none of them an attempt."""
    now = timezone.now()
    for row in rows:
        if is_given_up(row.created_at, now):
            end(row, states.FAILED, error=f"{GIVEN_UP}: {NO_RELAY}")
        else:
            put_off(row, next_at=now + RELAY_DOWN_WAIT, attempts=row.attempts, error=NO_RELAY)
    return 0
