"""Django's e-mail backend: what a library such as allauth sends goes out by the outbox."""

import logging
import uuid
from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from accounts.access import sender_by_address
from accounts.models import User
from addresses.mail import AddressError, normalize_address
from notifications.actions import queue_mail
from notifications.letters import Mail

log = logging.getLogger(__name__)

KIND = "sign_in"


class OutboxBackend(BaseEmailBackend):
    """Queues each mail for each of its recipients who is a user; nobody else gets one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many of the mails were queued for somebody."""
        return sum(bool(_queue(message)) for message in email_messages)


def _queue(message: EmailMessage) -> int:
    readers = [reader for text in message.recipients() if (reader := _reader(text))]
    for reader in readers:
        mail = Mail(
            kind=KIND,
            to=reader.email,
            to_name=reader.name,
            language=(get_language() or reader.language)[:2],
            context={"subject": str(message.subject), "text": str(message.body)},
        )
        queue_mail(
            mail,
            organization_id=reader.organization_id,
            about=f"user:{reader.pk}",
            key=f"{KIND}:{uuid.uuid4()}",
        )
    return len(readers)


def _reader(text: str) -> User | None:
    try:
        reader = sender_by_address(normalize_address(parseaddr(text)[1] or text))
    except AddressError:
        reader = None
    if reader is None:
        log.info("a mail of a library was for nobody here")
    return reader
