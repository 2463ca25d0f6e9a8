"""The mails about a message: to a recipient that it is ready, to its sender what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.context import support_of
from accounts.models import Organization, Role, User
from accounts.policy import SMS
from addresses.phone import mask_phone
from delivery.actions.limits import COUNTRY, ORGANIZATION, SMS_TO_COUNTRY
from delivery.models import Message, MessageRecipient
from delivery.phrases import phrase_for
from notifications.actions import queue_mail, queue_mails
from notifications.letters import Mail, MailFile, Posting
from notifications.models import Notification
from vault.keys import VaultError

# Why a recipient cannot read the message, so that only the sender can help.
NUMBER, CODE, BOUNCED, NO_SMS, TOO_MANY = "number", "code", "bounced", "no_sms", "too_many"
NUMBER_WRONG, RECIPIENT_STUCK = "number_wrong", "recipient_stuck"


@dataclass(frozen=True, slots=True)
class Look:
    """How a mail to a recipient looks, so that it and the pages are known as one."""

    from_name: str
    from_address: str
    list_id: str
    phrase: str
    own_text: str
    logo: MailFile | None


def look_of(row: MessageRecipient) -> Look:
    """Return how this recipient sees the organization."""
    organization = row.message.organization
    policy = organization.policy
    return Look(
        from_name=f"{row.message.sender.display_name} ({organization.name})",
        from_address=policy.mail_from,
        list_id=f"messages-{organization.pk}",
        phrase=policy.phrase or phrase_for(organization.pk, row.address, row.language),
        own_text=organization.texts.get(f"mail_{row.language}", ""),
        logo=_logo_of(organization),
    )


def _logo_of(organization: Organization) -> MailFile | None:
    found = organization.shown_logo
    if found is None:
        return None
    name = f"logo.{found.content_type.partition('/')[2]}"
    return MailFile(name, found.content_type, bytes(found.content))


def queue_ready_mail(row: MessageRecipient, *, kept: bool = False) -> Notification:
    """Queue the mail with the link; the same mail of a recipient is queued once per count.

    `kept`: it says that the sender calls the number or code right, which the recipient did not.
    """
    return queue_mails([_ready_mail(row, kept=kept)])[0]


def queue_ready_mails(rows: Sequence[MessageRecipient]) -> list[Notification]:
    """Queue the mails with their own links of several recipients."""
    return queue_mails([_ready_mail(row) for row in rows])


def _ready_mail(row: MessageRecipient, *, kept: bool = False) -> Posting:
    message = row.message
    look = look_of(row)
    with_subject = message.organization.policy.subject_in_mail
    again = f":{row.mails}" if row.mails > 1 else ""
    mail = Mail(
        kind="message_ready",
        to=row.address,
        to_name=row.name,
        language=row.language,
        from_name=look.from_name,
        from_address=look.from_address,
        list_id=look.list_id,
        logo=look.logo,
        reply_to=message.sender.email,
        context={
            "organization_name": message.organization.name,
            "sender_name": message.sender.display_name,
            "sender_email": message.sender.email,
            "recipient_name": row.name,
            "link": guest_link(row),
            "method": row.method,
            "kept": kept,
            "number": _number_of(row) if kept else "",
            "expires_on": day_of(message, message.expires_at),
            "phrase": look.phrase,
            "own_text": look.own_text,
            "subject": message.open_content().subject if with_subject else "",
        },
    )
    key = f"message:{message.pk}:{row.pk}:ready{again}"
    return Posting(mail, message.organization_id, str(message), key)


def tell_sender(row: MessageRecipient, reason: str) -> None:
    """Write to the sender why this recipient cannot read the message, once per mail and reason."""
    message = row.message
    sender = message.sender
    kind = NUMBER_WRONG if reason in {NUMBER, CODE} else RECIPIENT_STUCK
    mail = Mail(
        kind=kind,
        to=sender.email,
        to_name=sender.name,
        language=sender.language,
        context=_stuck(row, reason),
        in_reply_to=_message_id_of(message),
    )
    stamp = int(timezone.now().timestamp()) if kind == NUMBER_WRONG else row.mails
    queue_mail(
        mail,
        organization_id=message.organization_id,
        about=str(row),
        key=f"message:{message.pk}:{row.pk}:{kind}:{reason}:{stamp}",
    )


def tell_admins(organization: Organization, purpose: str) -> None:
    """Write to the admins, once a day, that no more codes by SMS are sent for the organization."""
    if purpose not in {ORGANIZATION, COUNTRY}:
        return
    for admin in User.objects.holding(Role.POLICY_ADMIN, organization.pk):
        mail = Mail(
            kind="sms_cap",
            to=admin.email,
            to_name=admin.name,
            language=admin.language,
            context={
                "organization_name": organization.name,
                "abroad": purpose == COUNTRY,
                "most": SMS_TO_COUNTRY if purpose == COUNTRY else organization.policy.sms_a_day,
            },
        )
        queue_mail(
            mail,
            organization_id=organization.pk,
            about=f"organization:{organization.pk}",
            key=f"sms_cap:{purpose}:{admin.pk}:{timezone.now().date()}",
        )


def guest_link(row: MessageRecipient) -> str:
    """Return the whole address of a recipient's own link."""
    return settings.BASE_URL + reverse("guest", args=[row.token])


def message_link(message: Message) -> str:
    """Return the whole address of the sender's page of a message."""
    return settings.BASE_URL + reverse("message", args=[message.pk])


def day_of(message: Message, at: datetime) -> date:
    """Return the day of a time where the organization is."""
    return at.astimezone(message.organization.zone).date()


def _stuck(row: MessageRecipient, reason: str) -> dict[str, Any]:
    message = row.message
    is_sms = row.method == SMS
    return {
        "organization_name": message.organization.name,
        "sender_name": message.sender.display_name,
        "recipient": row.name or row.shown_address,
        "address": row.address,
        "number": _number_of(row),
        "is_sms": is_sms,
        "reason": reason,
        "sent_on": day_of(message, message.created_at),
        "link": f"{message_link(message)}#recipient-{row.pk}",
        "support": support_of(message.organization),
    }


def _message_id_of(message: Message) -> str:
    """Return what the sender's own copy is called, "" when the message cannot be opened."""
    try:
        return message.open_content().message_id
    except VaultError:
        return ""


def _number_of(row: MessageRecipient) -> str:
    """Return the masked number, "" when there is none or it cannot be opened."""
    try:
        return mask_phone(row.open_secret().value) if row.method == SMS else ""
    except VaultError:
        return ""
