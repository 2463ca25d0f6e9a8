"""Builders of released messages, and what a recipient does with them."""

import re
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.policy import ACCESS_CODE, SMS
from delivery import access
from delivery.actions import send_message
from delivery.models import Message, MessageRecipient, Tries
from delivery.outgoing import OutgoingAttachment, OutgoingMessage, OutgoingRecipient
from delivery.reading import shown
from notifications.access import PAYLOAD
from notifications.letters import unpack_sms
from notifications.models import Notification
from tests import make
from vault.actions import store_blob

SUBJECT, TEXT = "Results of Tuesday", "Dear Jan, all is well."
ACCESS = "kwikstaart-71"


def person(address: str = "jan@example.nl", **more: object) -> OutgoingRecipient:
    """Return a recipient who is verified by a code by SMS."""
    values: dict[str, object] = {
        "name": "Jan Jansen",
        "kind": "to",
        "method": SMS,
        "source": "organization",
        "value": make.NUMBER,
    } | more
    return OutgoingRecipient(address=address, **values)  # type: ignore[arg-type]


def person_with_code(address: str = "jan@example.nl", **more: object) -> OutgoingRecipient:
    """Return a recipient who is verified by an access code."""
    return person(address, method=ACCESS_CODE, value=ACCESS, hint="the bird", **more)


def outgoing(sender: User, *people: OutgoingRecipient, **more: object) -> OutgoingMessage:
    """Return a message that can be released."""
    values: dict[str, object] = {
        "subject": SUBJECT,
        "text": TEXT,
        "html": None,
        "attachments": (),
        "keep_days": 30,
    } | more
    html = values["html"]
    values.setdefault("shown", shown(str(html)) if html else None)
    return OutgoingMessage(
        organization_id=sender.organization_id,
        sender_id=sender.pk,
        recipients=people or (person(),),
        **values,  # type: ignore[arg-type]
    )


def released(*people: OutgoingRecipient, sender: User | None = None, **more: object) -> Message:
    """Store a message to these people."""
    message = send_message(outgoing(sender or make.user(), *people, **more))
    return Message.objects.select_related("organization", "sender").get(pk=message.pk)


def recipient_of(message: Message, address: str = "jan@example.nl") -> MessageRecipient:
    """Return a recipient as the database has it now."""
    rows = MessageRecipient.objects.select_related("message__organization", "message__sender")
    return rows.get(message=message, address=address)


def receiver(*, method: str = SMS, source: str = "organization") -> MessageRecipient:
    """Store a message to one person, and return that person."""
    one = person(source=source) if method == SMS else person_with_code(source=source)
    return recipient_of(released(one))


def again(recipient: MessageRecipient) -> MessageRecipient:
    """Return the recipient as the database has it now."""
    return recipient_of(recipient.message, recipient.address)


def tries_of(recipient: MessageRecipient) -> Tries:
    """Return what this recipient's wrong tries are counted in, as the database has it now."""
    row = again(recipient)
    return access.tries_of([row])[row.pk]


def file(content: bytes, name: str = "results.pdf", **more: object) -> OutgoingAttachment:
    """Store the bytes of an attachment."""
    values: dict[str, object] = {
        "content_type": "application/pdf",
        "content_id": "",
        "inline": False,
    } | more
    return OutgoingAttachment(name=name, blob_id=store_blob(content).pk, **values)  # type: ignore[arg-type]


def texts() -> list[str]:
    """Return the SMS in the outbox, oldest first."""
    rows = Notification.objects.filter(channel="sms").order_by("pk")
    return [unpack_sms(row.unseal(PAYLOAD, bytes(row.payload))).text for row in rows]


def newest_code() -> str:
    """Return the code in the newest SMS."""
    found = re.search(r"#(\d{6})$", texts()[-1])
    assert found
    return found.group(1)


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**6:06}"


def link(recipient: MessageRecipient, rest: str = "") -> str:
    """Return the path of a recipient's own link, or of a page under it."""
    return f"/m/{recipient.token}/{rest}"


def open_in(client: Client, recipient: MessageRecipient) -> None:
    """Have a browser open the message, as its recipient does."""
    client.post(link(recipient, "code/"))
    client.post(link(recipient, "verify/"), {"code": newest_code()})


def expire(message: Message) -> None:
    """Have a message come to its end."""
    message.expires_at = timezone.now() - timedelta(minutes=1)
    message.save(update_fields=["expires_at"])


def rows_of_everything() -> list[tuple[object, ...]]:
    """Return every value of every table, sessions apart."""
    tables = [name for name in connection.introspection.table_names() if "session" not in name]
    found: list[tuple[object, ...]] = []
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608  our own names
            found += cursor.fetchall()
    return found
