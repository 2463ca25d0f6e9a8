"""Counts what a stranger can cause, in the database: it survives a restart, and tabs share it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.policy import Policy
from addresses.phone import region_of
from delivery.models import Device, Tally
from vault.keys import index_digest

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# docs/security.md has them all, with what happens beyond each.
SMS_TO_NUMBER, SMS_TO_NUMBER_OF_ALL = 30, 90  # of one organization; of all together
SMS_FROM_PEER, SMS_TO_COUNTRY = 20, 200
WRONG_FROM_PEER, REPLIES_OF_RECIPIENT, MAILS_TO_RECIPIENT = 50, 20, 10
CLAIMS_OF_RECIPIENT, DEVICES_OF_RECIPIENT = 4, 5

NUMBER, NUMBER_OF_ALL = "sms_number", "sms_number_of_all"
PEER, ORGANIZATION, COUNTRY = "sms_peer", "sms_organization", "sms_country"
WRONG, REPLY, MAIL, CLAIM, DEVICE = "wrong_peer", "reply", "mail", "claim", "device"
POST = "post"


@dataclass(frozen=True, slots=True)
class Cap:
    """How often something may be done for a subject in an hour or a day."""

    purpose: str
    subject: str
    most: int
    window: timedelta


class CapReachedError(Exception):
    """It was done too often; it can be done again at `until`."""

    def __init__(self, cap: Cap, until: datetime) -> None:
        super().__init__(cap.purpose)
        self.purpose = cap.purpose
        self.until = until


def count(caps: Sequence[Cap], now: datetime) -> None:
    """Count one time for every cap; belongs in the caller's transaction. Raises CapReachedError."""
    for cap in caps:
        since = _start(now, cap.window)
        row, _ = Tally.objects.get_or_create(purpose=cap.purpose, subject=_digest(cap), since=since)
        below = Tally.objects.filter(pk=row.pk, count__lt=cap.most)
        if not below.update(count=F("count") + 1):
            raise CapReachedError(cap, since + cap.window)


def is_reached(cap: Cap, now: datetime) -> bool:
    """Tell whether a cap is reached, without counting."""
    rows = Tally.objects.filter(purpose=cap.purpose, subject=_digest(cap))
    return rows.filter(since=_start(now, cap.window), count__gte=cap.most).exists()


def forget_old() -> None:
    """Delete the counts of hours and days that are over, and the trust in devices that is."""
    Device.objects.filter(expires_at__lt=timezone.now()).delete()
    Tally.objects.filter(since__lt=timezone.now() - 2 * DAY).delete()


def sms_caps(organization_id: int, policy: Policy, number: str, peer: str) -> list[Cap]:
    """Return what bounds an SMS to a number, asked for from a network address ("": unknown)."""
    country = region_of(number)
    caps = [
        Cap(NUMBER, f"{organization_id}:{number}", SMS_TO_NUMBER, DAY),
        Cap(NUMBER_OF_ALL, number, SMS_TO_NUMBER_OF_ALL, DAY),
        Cap(ORGANIZATION, str(organization_id), policy.sms_a_day, DAY),
    ]
    if peer:
        caps.append(Cap(PEER, peer, SMS_FROM_PEER, HOUR))
    if country != policy.default_country:
        caps.append(Cap(COUNTRY, f"{organization_id}:{country}", SMS_TO_COUNTRY, DAY))
    return caps


def wrong_cap(peer: str) -> Cap:
    """Return what bounds the wrong codes from a network address, over all recipients."""
    return Cap(WRONG, peer, WRONG_FROM_PEER, HOUR)


def mail_cap(recipient_id: int) -> Cap:
    """Return what bounds the mails with the link to a recipient, beside the first."""
    return Cap(MAIL, str(recipient_id), MAILS_TO_RECIPIENT, DAY)


def claim_cap(recipient_id: int) -> Cap:
    """Return what bounds how often a recipient calls a number or code wrong, and right again."""
    return Cap(CLAIM, str(recipient_id), CLAIMS_OF_RECIPIENT, DAY)


def device_cap(organization_id: int, address: str) -> Cap:
    """Return what bounds the browsers that a person comes to trust: each is a mail to them."""
    return Cap(DEVICE, f"{organization_id}:{address}", DEVICES_OF_RECIPIENT, DAY)


@transaction.atomic
def count_post(view: str, peer: str, most: int, now: datetime) -> None:
    """Count a POST of somebody who is not signed in, by network address. Raises CapReachedError."""
    count([Cap(POST, f"{view}:{peer}", most, HOUR)], now)


def _digest(cap: Cap) -> str:
    return index_digest("limit", f"{cap.purpose}:{cap.subject}")


def _start(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
