"""The outbox: queue a mail or an SMS, call it off, and send what is due.

No network is used inside a transaction: rows are claimed with a lease, sent, and then marked.
"""

import logging
import time
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, SmallIntegerField, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.audit import line, record_all
from accounts.models import AuditEntry
from flow.moves import MoveLost, move, move_all
from flow.sweeps import skip_locked, wake
from notifications import states
from notifications.access import PAYLOAD
from notifications.gateways import NotDelivered, Relay, RelayDown, send_sms
from notifications.letters import (
    Mail,
    Posting,
    Sms,
    pack_mail,
    pack_sms,
    unpack_mail,
    unpack_sms,
)
from notifications.models import Notification
from notifications.render import BOUNCE, render_mail, render_sms
from notifications.retries import (
    LEASE,
    RELAY_DOWN_WAIT,
    is_given_up,
    is_late_sms,
    next_sms_try,
    next_try,
)
from vault.keys import VaultError
from vault.tokens import is_token, link_token, link_token_hash, token_hash

log = logging.getLogger(__name__)

BATCH = 50
END_SECONDS = 1.0
SEND_DUE, SEND_TEXTS = "notifications.tasks.send_due", "notifications.tasks.send_texts"
UNKNOWN, TOO_LATE, GIVEN_UP = "unknown outcome", "too late", "given up"
NO_RELAY, UNREADABLE = "no relay", "cannot be opened"


def queue_mail(mail: Mail, *, organization_id: int, about: str, key: str) -> Notification:
    """Put a mail in the outbox, once per key; belongs in the caller's transaction."""
    return queue_mails([Posting(mail, organization_id, about, key)])[0]


def queue_mails(postings: Sequence[Posting]) -> list[Notification]:
    """Put mails in the outbox, once per key, in two statements; their order stays."""
    return _store_once([_mail_row(posting) for posting in postings])


def queue_sms(
    sms: Sms, *, organization_id: int, about: str, key: str, useless_at: datetime | None = None
) -> Notification:
    """Put an SMS in the outbox, once per key; belongs in the caller's transaction.

    It is not sent at or after `useless_at` (None: ten minutes from now).
    """
    row = _new_row(states.SMS, sms.kind, organization_id, about, key)
    row.useless_at = useless_at
    row.payload = row.seal(PAYLOAD, pack_sms(render_sms(sms)))
    return _store_once([row])[0]


def cancel_about(about: str, kind: str) -> int:
    """Call off what still waits about this thing. Returns how many."""
    waiting = Notification.objects.filter(about=about, kind=kind, state=states.QUEUED)
    return len(cancel_all(set(waiting.values_list("pk", flat=True))))


def cancel(notification: Notification) -> None:
    """Call off one notification, when it still waits."""
    cancel_all([notification.pk])


def cancel_all(ids: Collection[int]) -> set[int]:
    """Call off those of these notifications that still wait; return which are called off now."""
    rows = Notification.objects.filter(pk__in=ids)
    with transaction.atomic():
        waiting = list(rows.filter(state=states.QUEUED).order_by("pk").select_for_update())
        move_all(waiting, states.CANCELLED, states.MOVES, **_emptied())
        record_all(_line_of(row, row.state) for row in waiting)
        return set(rows.filter(state=states.CANCELLED).values_list("pk", flat=True))


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
        record_all([_line_of(row, report)])
    return row


def settle_news(rows: Sequence[Notification]) -> None:
    """Note that the app that these are about has followed what became of them."""
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(news=False)


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


def _new_row(channel: str, kind: str, organization_id: int, about: str, key: str) -> Notification:
    row = Notification(
        organization_id=organization_id,
        channel=channel,
        kind=kind,
        about=about,
        key=key,
        next_at=timezone.now(),
    )
    row.return_hash = link_token_hash(BOUNCE, row.uid)
    return row


def _mail_row(posting: Posting) -> Notification:
    mail = posting.mail
    row = _new_row(states.MAIL, mail.kind, posting.organization_id, posting.about, posting.key)
    row.payload = row.seal(PAYLOAD, pack_mail(render_mail(mail, row.uid)))
    return row


def _store_once(rows: Sequence[Notification]) -> list[Notification]:
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=100)
    for task in {SEND_TEXTS if row.channel == states.SMS else SEND_DUE for row in rows}:
        wake(task)
    stored = Notification.objects.defer("payload").in_bulk(
        [row.key for row in rows], field_name="key"
    )
    return [stored[row.key] for row in rows]


def _rescue_expired() -> None:
    """Take over what a dead worker left: a mail goes again, an SMS never does.

    A mail that was being sent at a second death waits, so that it cannot stop all the others. What
    the relay is known to have taken is marked as sent.
    """
    now = timezone.now()
    stuck = Notification.objects.filter(state=states.SENDING, lease_until__lt=now)
    with transaction.atomic():
        for row in skip_locked(stuck)[:BATCH]:
            log.warning("a worker left %s", row)
            if row.sent_at:
                _end(row, states.SENT, error="")
            elif row.channel == states.SMS:
                _end(row, states.FAILED, error=UNKNOWN)
            else:
                _back(row, next_at=next_try(row.attempts - 1, now) if row.attempts > 1 else now)


def _claim(channel: str, count: int) -> list[Notification]:
    """Take what is due, under a lease. The first attempt of mails is counted with it.

    So a mail whose worker died was begun before, and the attempts after it are counted one by one.
    """
    now = timezone.now()
    due = Notification.objects.filter(state=states.QUEUED, channel=channel, next_at__lte=now)
    begun = Greatest(F("attempts"), Value(1), output_field=SmallIntegerField())
    counted = {"attempts": begun} if channel == states.MAIL else {}
    with transaction.atomic():
        rows = list(skip_locked(due.order_by("next_at", "pk"))[:count])
        move_all(rows, states.SENDING, states.MOVES, lease_until=now + LEASE, **counted)
    return rows


def _begin_mail(row: Notification) -> bool:
    """Begin with a mail; its first attempt is counted already, and its lease mostly long enough."""
    if row.attempts or row.lease_until is None or row.lease_until < timezone.now() + LEASE / 2:
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
        _end(row, states.FAILED, error=TOO_LATE)
        return
    try:
        if settings.SMS_URLS:
            receipt = link_token(BOUNCE, row.uid)
            send_sms(unpack_sms(_open(row)), settings.SMS_URLS, receipt)
    except NotDelivered as error:
        _settle_text(row, error)
    else:
        _end(row, states.SENT, sent_at=timezone.now(), error="")


def _send_mails() -> int:
    rows = _claim(states.MAIL, BATCH)
    if settings.MAIL_RELAY is None:
        return sum(_end(row, states.SENT, sent_at=timezone.now()) for row in rows)
    with Relay(settings.MAIL_RELAY) as relay:
        return _send_batch(rows, relay)


class _Taken:
    """Mails that the relay has taken: noted one by one, and ended together.

    The note is one small statement before the next mail goes, so a worker that is killed has the
    relay get one mail twice at most (RELIABILITY.md, I7). The audit lines and the emptying of the
    rows wait for each other, for a second at the latest.
    """

    def __init__(self) -> None:
        self._rows: list[Notification] = []
        self._since = 0.0

    def add(self, row: Notification) -> None:
        """Note that the relay has this one, and have it ended soon."""
        row.sent_at = timezone.now()
        Notification.objects.filter(pk=row.pk).update(sent_at=row.sent_at)
        self._since = self._since if self._rows else time.monotonic()
        self._rows.append(row)
        if time.monotonic() - self._since > END_SECONDS:
            self.end()

    def end(self) -> None:
        """End them now."""
        rows, self._rows = self._rows, []
        _end_sent(rows)


def _send_batch(rows: Sequence[Notification], relay: Relay) -> int:
    """Send the rows one by one. Returns 0 when the relay turned out to be down."""
    taken = _Taken()
    try:
        return _send_each(rows, relay, taken)
    finally:
        taken.end()


def _send_each(rows: Sequence[Notification], relay: Relay, taken: _Taken) -> int:
    """The relay is down when it cannot be reached, or when it cuts the line twice in a row."""
    cut_before = False
    for position, row in enumerate(rows):
        if not _begin_mail(row):
            continue
        try:
            relay.hand_over(unpack_mail(_open(row)))
        except RelayDown as error:
            log.warning("the relay is down (%s), %d mails wait", error, len(rows) - position)
            row.attempts -= 1
            return _put_back(rows[position:])
        except NotDelivered as error:
            _settle(row, error)
            if error.cut and cut_before:
                return _put_back(rows[position + 1 :])
            cut_before = error.cut
        else:
            cut_before = False
            taken.add(row)
    return len(rows)


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
        _end(row, states.FAILED, error=error.code)
    elif is_given_up(row.created_at, now):
        _end(row, states.FAILED, error=f"{GIVEN_UP}: {error.code}")
    else:
        _back(row, next_at=next_try(row.attempts, now), error=error.code)


def _settle_text(row: Notification, error: NotDelivered) -> None:
    """Try the SMS again while its code is of use, or give it up."""
    again = next_sms_try(row.attempts, timezone.now())
    if error.permanent or is_late_sms(row.created_at, row.useless_at, again):
        _end(row, states.FAILED, error=error.code)
    else:
        _back(row, next_at=again, error=error.code)


def _put_back(rows: Sequence[Notification]) -> int:
    """Give back what a relay that is down left over: it costs none of them an attempt."""
    now = timezone.now()
    for row in rows:
        if is_given_up(row.created_at, now):
            _end(row, states.FAILED, error=f"{GIVEN_UP}: {NO_RELAY}")
        else:
            _back(row, next_at=now + RELAY_DOWN_WAIT, attempts=row.attempts, error=NO_RELAY)
    return 0


def _back(row: Notification, **fields: Any) -> None:
    try:
        move(row, states.QUEUED, states.MOVES, lease_until=None, **fields)
    except MoveLost:
        log.info("%s was moved by another worker", row)


def _end(row: Notification, state: str, **fields: Any) -> bool:
    """Mark the end of a row; outside the demo its content goes with its key.

    False when another worker moved the row first.
    """
    fields |= _emptied()
    if state == states.FAILED:
        fields["news"] = True
    try:
        with transaction.atomic():
            move(row, state, states.MOVES, lease_until=None, **fields)
            record_all([_line_of(row, state)])
    except MoveLost:
        log.info("%s was moved by another worker", row)
        return False
    return True


def _end_sent(rows: Sequence[Notification]) -> None:
    """End mails that the relay has taken, in one transaction; when that fails, each alone."""
    try:
        with transaction.atomic():
            move_all(rows, states.SENT, states.MOVES, lease_until=None, error="", **_emptied())
            record_all(_line_of(row, states.SENT) for row in rows)
    except MoveLost:
        for row in rows:
            _end(row, states.SENT, error="")


def _emptied() -> dict[str, Any]:
    """Return the fields of a row that came to its end: outside the demo its content goes."""
    return {} if settings.DEMO else {"payload": b"", "data_key": b""}


def _line_of(row: Notification, what: str) -> AuditEntry:
    return line(
        f"notification_{what}",
        row.about,
        organization_id=row.organization_id,
        notification=row.pk,
        kind=row.kind,
        channel=row.channel,
        error=row.error,
    )
