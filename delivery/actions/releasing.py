"""Drafts become messages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from addresses.mail import domain_of
from contacts.access import languages_for
from delivery.actions.telling import queue_ready_mails
from delivery.content import Content, Secret
from delivery.models import Message, MessageAttachment, MessageRecipient
from delivery.outgoing import OutgoingMessage, OutgoingRecipient
from vault.tokens import link_token_hash

Reader = tuple[int, int, str]  # the organization, the sender, and a recipient's address


def send_message(outgoing: OutgoingMessage) -> Message:
    """Store a message and queue a mail with a link of their own to each recipient.

    Belongs in the transaction that releases the draft.
    """
    return send_messages([outgoing])[0]


@transaction.atomic
def send_messages(outgoing: Sequence[OutgoingMessage]) -> list[Message]:
    """Do the same for several messages, in order; a number of statements that does not grow."""
    senders = User.objects.in_bulk({each.sender_id for each in outgoing})
    organizations = Organization.objects.in_bulk({each.organization_id for each in outgoing})
    messages = [
        _new_message(each, organizations[each.organization_id], senders[each.sender_id])
        for each in outgoing
    ]
    Message.objects.bulk_create(messages, batch_size=100)
    pairs = list(zip(messages, outgoing, strict=True))
    MessageAttachment.objects.bulk_create(
        (row for pair in pairs for row in _attachments(*pair)), batch_size=100
    )
    chosen, known = _chosen_languages(outgoing), _languages_of_contacts(outgoing)
    recipients = [
        _new_recipient(message, each, chosen[message.organization_id], known)
        for message, one in pairs
        for each in one.recipients
    ]
    MessageRecipient.objects.bulk_create(recipients, batch_size=100)
    for recipient, notification in zip(recipients, queue_ready_mails(recipients), strict=True):
        recipient.notification = notification
    MessageRecipient.objects.bulk_update(recipients, ["notification"], batch_size=100)
    audit.record_all(
        audit.line(
            "send_message", str(message), organization_id=message.organization_id,
            recipients=len(one.recipients),
        )
        for message, one in pairs
    )  # fmt: skip
    return messages


def _new_message(outgoing: OutgoingMessage, organization: Organization, sender: User) -> Message:
    ends_at = timezone.now() + timedelta(days=outgoing.keep_days)
    message = Message(
        organization=organization, sender=sender, expires_at=ends_at, destroy_at=ends_at
    )
    content = Content(
        subject=outgoing.subject,
        text=outgoing.text,
        html=outgoing.html,
        sender_name=sender.display_name,
        message_id=outgoing.message_id,
    )
    message.seal_content(content)
    if outgoing.shown is not None:  # else pages have it made when they are asked for
        message.seal_shown(outgoing.shown)
    return message


def _attachments(message: Message, outgoing: OutgoingMessage) -> Iterator[MessageAttachment]:
    for position, attachment in enumerate(outgoing.attachments):
        row = MessageAttachment(
            message=message,
            position=position,
            content_type=attachment.content_type[:100],
            content_id=attachment.content_id[:250],
            inline=attachment.inline,
            blob_id=attachment.blob_id,
        )
        row.seal_name(attachment.name)
        yield row


def _chosen_languages(outgoing: Sequence[OutgoingMessage]) -> Mapping[int, Mapping[str, str]]:
    """Return who chose a language at an earlier message: one query an organization."""
    addresses: dict[int, set[str]] = defaultdict(set)
    for each in outgoing:
        addresses[each.organization_id] |= {recipient.address for recipient in each.recipients}
    return {
        organization_id: dict(
            MessageRecipient.objects.filter(
                message__organization=organization_id, address__in=found, language_chosen=True
            )
            .order_by("pk")
            .values_list("address", "language")
        )
        for organization_id, found in addresses.items()
    }


def _languages_of_contacts(outgoing: Sequence[OutgoingMessage]) -> Mapping[Reader, str]:
    """Return what the address books say: one query an organization."""
    people: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for each in outgoing:
        people[each.organization_id] |= {(each.sender_id, one.address) for one in each.recipients}
    found: dict[Reader, str] = {}
    for organization_id, pairs in people.items():
        senders, addresses = {sender for sender, _ in pairs}, {address for _, address in pairs}
        books = languages_for(organization_id, senders, addresses)
        for sender, address in pairs:
            places = (sender, address), (None, address), (None, f"@{domain_of(address)}")
            language = next((books[place] for place in places if place in books), "")
            found[organization_id, sender, address] = language
    return found


def _new_recipient(
    message: Message,
    outgoing: OutgoingRecipient,
    chosen: Mapping[str, str],
    known: Mapping[Reader, str],
) -> MessageRecipient:
    by_book = known[message.organization_id, message.sender_id, outgoing.address]
    row = MessageRecipient(
        message=message,
        address=outgoing.address,
        name=outgoing.name[:200],
        kind=outgoing.kind,
        language=chosen.get(outgoing.address) or by_book or message.organization.language,
        language_chosen=outgoing.address in chosen,
        token_hash=link_token_hash(f"guest:{outgoing.address}", message.uid),
        method=outgoing.method,
        source=outgoing.source,
        datum_id=outgoing.datum_id,
    )
    row.seal_secret(Secret(outgoing.value, outgoing.hint))
    return row
