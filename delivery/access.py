"""The only way to a message from a request: by its sender, or by a recipient's own link."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.policy import ACCESS_CODE, SMS
from addresses.mail import join_addresses
from contacts.codes import fold_code
from delivery import codes, states
from delivery.models import (
    Challenge,
    CodeTries,
    Device,
    Message,
    MessageAttachment,
    MessageRecipient,
    Reply,
    ReplyAttachment,
    Tries,
)
from delivery.outgoing import CC, TO
from flow.paging import Page, page_by_id
from vault.keys import VaultError, index_digest
from vault.tokens import is_token, token_hash

MAX_EARLIER = 200


class UnknownLinkError(Exception):
    """No recipient has this link: it is incomplete, or what it led to is gone."""


def recipient_for(token: str) -> MessageRecipient:
    """Return the recipient whose link holds this token. Raises UnknownLinkError."""
    if not is_token(token):
        raise UnknownLinkError
    recipients = MessageRecipient.objects.select_related("message__organization", "message__sender")
    recipient = recipients.filter(token_hash=token_hash(token)).first()
    if recipient is None:
        raise UnknownLinkError
    return recipient


def message_for(user: User, pk: int) -> Message:
    """Return a message that this person sent, or a mailbox of theirs. Raises Http404."""
    messages = Message.objects.select_related("organization", "sender")
    own = {"sender__in": user.answers_for, "organization": user.organization_id}
    message = messages.filter(pk=pk, **own).first()
    if message is None:
        raise Http404
    return message


def attachment_of(message: Message, pk: int) -> MessageAttachment:
    """Return a file of a message that was reached by this module. Raises Http404."""
    attachment = attachments_of(message).filter(pk=pk).first()
    if attachment is None:
        raise Http404
    attachment.message = message
    return attachment


def attachments_of(message: Message) -> QuerySet[MessageAttachment]:
    """Return the files of a message."""
    return message.attachments.select_related("blob")


def recipients_of(message: Message) -> QuerySet[MessageRecipient]:
    """Return all recipients of a message, for its sender only: Bcc is among them."""
    return message.recipients.select_related("notification")


def recipient_of(message: Message, pk: int) -> MessageRecipient:
    """Return a recipient of a message that was reached by this module. Raises Http404."""
    recipient = recipients_of(message).filter(pk=pk).first()
    if recipient is None:
        raise Http404
    recipient.message = message
    return recipient


def readers_of_reply(reply: Reply) -> QuerySet[MessageRecipient]:
    """Return the recipients beside its writer who may read a reply: nobody in Bcc."""
    if not reply.to_all:
        return MessageRecipient.objects.none()
    rows = MessageRecipient.objects.select_related("message__organization", "message__sender")
    visible = rows.filter(message=reply.message, kind__in=[TO, CC], state__in=states.LIVE)
    return visible.exclude(pk=reply.recipient_id)


def replies_for_sender(message: Message) -> QuerySet[Reply]:
    """Return what was answered to a message, for its sender."""
    replies = message.replies.select_related("recipient", "message")
    return replies.prefetch_related("attachments__blob")


def replies_for(recipient: MessageRecipient) -> QuerySet[Reply]:
    """Return the replies that a recipient may read: their own, and those to all."""
    own = Q(recipient=recipient)
    to_all = Q(to_all=True) if recipient.kind in {TO, CC} else Q()
    return replies_for_sender(recipient.message).filter(own | to_all)


def reply_attachment_of(replies: QuerySet[Reply], pk: int) -> ReplyAttachment:
    """Return a file of one of these replies. Raises Http404."""
    found = ReplyAttachment.objects.filter(pk=pk, reply__in=replies)
    attachment = found.select_related("reply", "blob").first()
    if attachment is None:
        raise Http404
    return attachment


def asked_codes(recipients: Iterable[MessageRecipient]) -> dict[int, datetime]:
    """Return when each recipient last had a code sent, in one query."""
    sent = Challenge.objects.filter(recipient__in=[row.pk for row in recipients])
    found = sent.values_list("recipient").annotate(at=Max("last_sent_at"))
    return dict(found)


def live_challenge(recipient: MessageRecipient, browser: str, now: datetime) -> Challenge | None:
    """Return the code that was sent for this browser session and can still be used."""
    if not browser:
        return None
    found = recipient.challenges.filter(session_digest=session_digest(browser), used_at=None)
    # Longer than its life it is of no use, also when the clock was put back meanwhile.
    latest = now + codes.LIFE + codes.CLOCKS_DIFFER
    return found.filter(expires_at__gt=now, expires_at__lte=latest).order_by("-pk").first()


def session_digest(browser: str) -> str:
    """Return the form in which a browser session is stored with a code."""
    return index_digest("guest session", browser)


def secret_digest(recipient: MessageRecipient) -> str:
    """Return the form in which a number or code is kept with a browser that proved it."""
    value = recipient.open_secret().value
    return index_digest("device secret", f"{recipient.method}:{value}")


def tries_digest(recipient: MessageRecipient) -> str:
    """Return by what the wrong tries of a recipient's access code are found. Raises VaultError."""
    code = fold_code(recipient.open_secret().value)
    organization = recipient.message.organization_id
    return index_digest("access code tries", f"{organization}:{recipient.address}:{code}")


def tries_of(recipients: Iterable[MessageRecipient]) -> dict[int, Tries]:
    """Return what each recipient's wrong tries are counted in, in one query."""
    counted: dict[int, Tries] = {row.pk: row for row in recipients}
    digests = dict(_tries_digests(recipients))
    found = {row.digest: row for row in CodeTries.objects.filter(digest__in=digests.values())}
    return counted | {pk: found[digest] for pk, digest in digests.items() if digest in found}


def _tries_digests(recipients: Iterable[MessageRecipient]) -> Iterator[tuple[int, str]]:
    for row in recipients:
        if row.method == ACCESS_CODE and row.secret:
            with suppress(VaultError):  # nobody can try a code that cannot be opened
                yield row.pk, tries_digest(row)


def devices_of(recipient: MessageRecipient) -> QuerySet[Device]:
    """Return the browsers that this person trusts for messages of the organization."""
    organization = recipient.message.organization
    return Device.objects.filter(organization=organization, address=recipient.address)


def device_of(recipient: MessageRecipient, pk: int) -> Device:
    """Return a browser that this person trusts. Raises Http404."""
    device = devices_of(recipient).filter(pk=pk).first()
    if device is None:
        raise Http404
    return device


def trusted_device(
    recipient: MessageRecipient, tokens: Iterable[str], now: datetime
) -> Device | None:
    """Return the trusted browser that one of these tokens belongs to.

    None once the policy, the recipient, another number or code, or time has ended the trust.
    """
    hashes = [token_hash(token) for token in tokens]
    if not hashes or not recipient.message.organization.policy.trusted_devices:
        return None
    found = devices_of(recipient).filter(token_hash__in=hashes, expires_at__gt=now)
    return found.filter(secret_digest=secret_digest(recipient)).first()


def next_send(recipient: MessageRecipient, now: datetime) -> tuple[datetime, bool]:
    """Return when a code may be sent to this recipient (again), and whether a day is used up.

    What was sent later than now, by a clock that was put back since, counts for the day alone.
    """
    today = recipient.challenges.filter(last_sent_at__gt=now - codes.DAY).order_by("last_sent_at")
    sends = list(today.values_list("sends", "last_sent_at"))
    if not sends:
        return now, False
    counts = [count for count, _ in sends]
    if codes.sends_a_day_used(counts):
        return sends[0][1] + codes.DAY, True
    past = [at for _, at in sends if at <= now + codes.CLOCKS_DIFFER]
    return (codes.next_send_at(sum(counts), past[-1]) if past else now), False


def is_open(recipient: MessageRecipient, now: datetime) -> bool:
    """Tell whether this recipient may (be verified and) read the message now."""
    return recipient.state in states.OPEN and recipient.message.expires_at > now


@dataclass(frozen=True, slots=True)
class Sent:
    """A line of a sender's list of sent messages."""

    message: Message
    subject: str
    addresses: str


def page_of_sent(user: User, after: str) -> Page[Sent]:
    """Return a page of what this person, or a mailbox of theirs, sent: newest first."""
    sent = Message.objects.filter(sender__in=user.answers_for, organization=user.organization_id)
    page = page_by_id(sent.prefetch_related("recipients"), after)
    return Page([_sent(message) for message in page.rows], page.next_key)


def _sent(message: Message) -> Sent:
    addresses = join_addresses(recipient.address for recipient in message.recipients.all())
    return Sent(message, _shown_subject(message), addresses)


def _shown_subject(message: Message) -> str:
    """Return the subject, or a word about why there is none: one row hides no others."""
    if message.ended_at:
        return _("(destroyed)")
    try:
        return message.open_content().subject
    except VaultError:
        return _("(cannot be opened)")


def numbers_sent_to(sender_id: int, addresses: Collection[str]) -> list[tuple[str, str]]:
    """Return address and number (E.164) that this sender's earlier messages used, newest first."""
    earlier = MessageRecipient.objects.select_related("message").filter(
        message__sender=sender_id, address__in=addresses, method=SMS
    )
    found = []
    for recipient in earlier.order_by("-pk")[:MAX_EARLIER]:
        with suppress(VaultError):  # an expired message has no number any more
            found.append((recipient.address, recipient.open_secret().value))
    return found
