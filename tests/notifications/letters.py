"""Builders of what goes into the outbox."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Organization
from notifications import states
from notifications.actions import queue_mail, queue_sms
from notifications.letters import Mail, Sms
from notifications.models import Notification

LINK = "http://localhost:8000/finish/aaaaaaaaaaaaaaaaaaaaaa/"
NUMBER = "+31636363636"
CODE = "042042"


def finish_mail(language: str = "en", **context: Any) -> Mail:
    """Return the mail that says that a draft is held."""
    values = {
        "organization_name": "Zorg",
        "sender_name": "Anna de Vries",
        "subject": "Test results",
        "incomplete": [
            {"address": "jan@example.nl", "name": "Jan Jansen", "reason_text": "No mobile number."}
        ],
        "complete": [{"address": "els@example.nl", "name": ""}],
        "link": LINK,
        "help_link": "http://localhost:8000/help/",
        "contacts_link": "http://localhost:8000/contacts/",
        "web_sending": True,
        "support": {"name": "Service desk", "email": "help@zorg.example", "phone": "030 1234567"},
        "problem_text": "",
        "expires_on": date(2026, 12, 7),
    } | context
    return Mail(
        kind="finish_sending",
        to="anna@zorg.example",
        to_name="Anna de Vries",
        language=language,
        context=values,
        from_name="Zorg",
        reply_to="help@zorg.example",
        in_reply_to="<original@client.example>",
        references=("<first@client.example>",),
    )


def ready_mail(language: str = "en", **context: Any) -> Mail:
    """Return the mail that a recipient gets."""
    values = {
        "organization_name": "Zorg",
        "sender_name": "Anna de Vries",
        "recipient_name": "Jan Jansen",
        "link": "http://localhost:8000/m/aaaaaaaaaaaaaaaaaaaaaa/",
        "method": "sms",
        "expires_on": date(2026, 12, 7),
        "phrase": "",
    } | context
    return Mail(
        kind="message_ready",
        to="jan@example.nl",
        to_name="Jan Jansen",
        language=language,
        context=values,
        from_name="Anna de Vries (Zorg)",
        reply_to="anna@zorg.example",
    )


def code_sms(language: str = "en", organization_name: str = "Zorg") -> Sms:
    """Return an SMS with a code."""
    context = {"code": CODE, "organization_name": organization_name}
    return Sms(kind="code", to=NUMBER, language=language, context=context)


@dataclass
class Outbox:
    """An organization, and short ways to queue for it."""

    organization: Organization = field(
        default_factory=lambda: Organization.objects.create(name="Zorg")
    )

    def mail(self, key: str = "draft:1:1", mail: Mail | None = None) -> Notification:
        """Queue a mail."""
        return queue_mail(
            mail or finish_mail(),
            organization_id=self.organization.pk,
            about="draft:1",
            key=key,
        )

    def sms(
        self,
        key: str = "challenge:1:1",
        sms: Sms | None = None,
        useless_at: datetime | None = None,
    ) -> Notification:
        """Queue an SMS."""
        return queue_sms(
            sms or code_sms(),
            organization_id=self.organization.pk,
            about="message:1",
            key=key,
            useless_at=useless_at,
        )


def leave_behind(
    row: Notification, *, seconds_ago: int, attempts: int = 1, sent_at: datetime | None = None
) -> None:
    """Make the row that of a worker which died: in the midst of sending, its lease over.

    `sent_at`: when the relay took the mail, where the worker lived long enough to note it.
    """
    over = timezone.now() - timedelta(seconds=seconds_ago)
    Notification.objects.filter(pk=row.pk).update(
        state=states.SENDING, lease_until=over, attempts=attempts, sent_at=sent_at
    )


def age(row: Notification, by: timedelta) -> None:
    """Shift the row's times back."""
    Notification.objects.filter(pk=row.pk).update(
        created_at=row.created_at - by, next_at=row.next_at - by
    )


def now_queued(row: Notification) -> bool:
    """Read the row again; tell whether it waits for another try."""
    row.refresh_from_db()
    return row.state == states.QUEUED


def wait_of(row: Notification) -> int:
    """Return in how many minutes the row is tried again."""
    return round((row.next_at - timezone.now()).total_seconds() / 60)
