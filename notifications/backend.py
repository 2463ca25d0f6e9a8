"""Django's e-mail backend: what allauth and the organization's pages send goes by the outbox."""

import logging
import uuid
from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from accounts.access import person_by_address
from accounts.context import support_of
from accounts.gateways import Letter
from accounts.models import User
from addresses.mail import AddressError, normalize_address
from notifications.actions import queue_for_nobody, queue_mail
from notifications.letters import Mail

log = logging.getLogger(__name__)

KIND = "sign_in"


class OutboxBackend(BaseEmailBackend):
    """Queues each mail for each of its recipients who is a user; nobody else gets one.

    A letter of an organization goes to whomever it is for.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many of the mails were queued for somebody."""
        return sum(
            _queue_letter(message) if isinstance(message, Letter) else bool(_queue(message))
            for message in email_messages
        )


def _queue_letter(letter: Letter) -> int:
    organization = letter.organization
    mail = Mail(
        kind=letter.kind,
        to=letter.to[0],
        to_name="",
        language=letter.language,
        context={**letter.context, "support": support_of(organization)},
        from_name=organization.name,
    )
    about = f"organization:{organization.pk}"
    key = f"{letter.kind}:{uuid.uuid4()}"
    queue_mail(mail, organization_id=organization.pk, about=about, key=key)
    return 1


def _queue(message: EmailMessage) -> int:
    readers = [reader for text in message.recipients() if (reader := _reader(text))]
    if not readers:
        queue_for_nobody(_mail(message, "nobody@invalid", "", settings.LANGUAGE_CODE))
    for reader in readers:
        queue_mail(
            _mail(message, reader.email, reader.name, reader.language),
            organization_id=reader.organization_id,
            about=f"user:{reader.pk}",
            key=f"{KIND}:{uuid.uuid4()}",
        )
    return len(readers)


def _mail(message: EmailMessage, to: str, name: str, language: str) -> Mail:
    return Mail(
        kind=KIND,
        to=to,
        to_name=name,
        language=(get_language() or language)[:2],
        context={"subject": str(message.subject), "text": str(message.body)},
        urgent=True,  # a code or a link to sign in with
    )


def _reader(text: str) -> User | None:
    try:
        reader = person_by_address(normalize_address(parseaddr(text)[1] or text))
    except AddressError:
        reader = None
    if reader is None:
        log.info("a mail of a library was for nobody here")
    return reader
