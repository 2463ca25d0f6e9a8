"""A recipient trusts a browser for a while: it opens messages of the organization by itself."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from delivery.access import is_open, secret_digest, trusted_device
from delivery.actions.limits import CapReachedError, count, device_cap
from delivery.actions.locking import lock, record
from delivery.actions.telling import guest_link, look_of
from delivery.actions.verifying import note_verified
from delivery.models import Device, MessageRecipient
from notifications.actions import queue_mail
from notifications.letters import Mail
from vault.tokens import token_hash

LIFE = timedelta(days=30)  # RELIABILITY.md, section 4


@transaction.atomic
def trust_device(recipient: MessageRecipient, name: str) -> str:
    """Remember the browser in which a recipient was just verified; return its new token.

    `name` says what it is ("Firefox, Windows"). The recipient gets a mail about it. "" when the
    organization does not allow this, or enough were remembered today.
    """
    row = lock(recipient.pk)
    organization, now = row.message.organization, timezone.now()
    if not organization.policy.trusted_devices or not is_open(row, now):
        return ""
    try:
        count([device_cap(organization.pk, row.address)], now)
    except CapReachedError:
        return ""
    token = secrets.token_urlsafe(24)
    device = Device.objects.create(
        organization=organization,
        address=row.address,
        token_hash=token_hash(token),
        secret_digest=secret_digest(row),
        name=name[:80],
        used_at=now,
        expires_at=now + LIFE,
    )
    _tell_recipient(row, device)
    record("trust_device", row.message, recipient=row.pk, device=device.pk)
    return token


@transaction.atomic
def open_by_device(recipient: MessageRecipient, tokens: Sequence[str]) -> bool:
    """Open a message in a browser that is trusted; tell whether it is."""
    now = timezone.now()
    row = lock(recipient.pk)
    device = trusted_device(row, tokens, now)
    if device is None or not is_open(row, now):
        return False
    Device.objects.filter(pk=device.pk).update(used_at=now)
    note_verified(row, now)
    record("open_by_device", row.message, recipient=row.pk, device=device.pk)
    return True


@transaction.atomic
def forget_device(recipient: MessageRecipient, device: Device) -> None:
    """Trust a browser no more."""
    record("forget_device", recipient.message, recipient=recipient.pk, device=device.pk)
    device.delete()


def _tell_recipient(row: MessageRecipient, device: Device) -> None:
    look = look_of(row)
    mail = Mail(
        kind="new_device",
        to=row.address,
        to_name=row.name,
        language=row.language,
        from_name=look.from_name,
        from_address=look.from_address,
        list_id=look.list_id,
        logo=look.logo,
        context={
            "organization_name": row.message.organization.name,
            "recipient_name": row.name,
            "device": device.name,
            "days": LIFE.days,
            "link": guest_link(row),
            "phrase": look.phrase,
        },
    )
    queue_mail(
        mail,
        organization_id=row.message.organization_id,
        about=str(row.message),
        key=f"device:{device.pk}",
    )
