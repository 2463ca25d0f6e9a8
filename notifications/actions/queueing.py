"""Put a mail or an SMS in the outbox, and call it off."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from accounts.audit import record_all
from accounts.models import Organization
from flow.moves import move_all
from flow.sweeps import wake
from notifications import states
from notifications.access import PAYLOAD
from notifications.actions.ending import emptied, line_of
from notifications.letters import Mail, Posting, Sms, pack_mail, pack_sms
from notifications.models import Notification
from notifications.render import BOUNCE, render_mail, render_sms
from vault.tokens import link_token_hash

SEND_DUE, SEND_TEXTS = "notifications.tasks.send_due", "notifications.tasks.send_texts"


def queue_mail(mail: Mail, *, organization_id: int, about: str, key: str) -> Notification:
    """Put a mail in the outbox, once per key; belongs in the caller's transaction."""
    return queue_mails([Posting(mail, organization_id, about, key)])[0]


def queue_mails(postings: Sequence[Posting]) -> list[Notification]:
    """Put mails in the outbox, once per key, in two statements; their order stays."""
    return _store_once([_mail_row(posting) for posting in postings])


@transaction.atomic
def queue_for_nobody(mail: Mail) -> None:
    """Do what a mail costs, and keep none: how long it takes tells nobody who has an account."""
    organization = Organization.objects.order_by("pk").values_list("pk", flat=True).first()
    if organization is not None:
        key = f"{mail.kind}:{uuid.uuid4()}"
        row = queue_mail(mail, organization_id=organization, about="nobody", key=key)
        with connection.cursor() as cursor:  # nothing points to it, which the ORM would look for
            cursor.execute("DELETE FROM notifications_notification WHERE id = %s", [row.pk])


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
        move_all(waiting, states.CANCELLED, states.MOVES, **emptied())
        record_all(line_of(row, row.state) for row in waiting)
        return set(rows.filter(state=states.CANCELLED).values_list("pk", flat=True))


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
    row.urgent = mail.urgent
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
