"""What is held about somebody, by their address; and taking it away."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

import contacts.actions
import delivery.actions
import drafts.actions
from accounts.actions import erase_person
from accounts.models import Alias, AuditEntry, User
from contacts.models import Contact, DeletedAddress, Proposal, StagedRow
from delivery.models import CodeTries, Device, MessageRecipient
from drafts.models import Recipient
from intake.models import RawMail


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that is held: `where` is like "contact:12", `what` is what it says."""

    where: str
    what: str


def held(address: str) -> Iterator[Holding]:
    """Yield what is held under a normalized address; sealed content stays sealed."""
    for user in _accounts(address):
        roles = ", ".join(user.roles)
        yield Holding(str(user), f"account of {user.name or address}, roles {roles}")
        lines = AuditEntry.objects.filter(Q(actor=user) | Q(about=f"user:{user.pk}")).count()
        yield Holding(f"audit of {user}", f"{lines} lines, which name this id")
    for contact in Contact.objects.filter(address=address).prefetch_related("data", "past"):
        data = ", ".join(datum.e164 or "an access code" for datum in contact.data.all())
        past = contact.past.count()
        said = f"{contact.name}: {data or 'no data'}; {past} earlier values; {contact.book} book"
        yield Holding(str(contact), said)
    for row in MessageRecipient.objects.filter(address=address).select_related("message"):
        yield Holding(str(row), f"{row.name}: {row.message}, {row.state}")
    for recipient in Recipient.objects.filter(address=address).select_related("draft"):
        draft = recipient.draft
        yield Holding(str(recipient), f"{recipient.name}: {draft}, {draft.state}")
    for device in Device.objects.filter(address=address):
        yield Holding(str(device), f"a remembered browser: {device.name}")
    for tries in CodeTries.objects.filter(address=address):
        yield Holding(str(tries), f"wrong tries of an access code: {tries.failures}")
    yield from _others(address)


def _others(address: str) -> Iterator[Holding]:
    for proposal in Proposal.objects.filter(address=address):
        yield Holding(str(proposal), f"a proposed contact, {proposal.state}")
    for gone in DeletedAddress.objects.filter(address=address):
        yield Holding(str(gone), f"deleted from the organization's book on {gone.at:%Y-%m-%d}")
    for staged in StagedRow.objects.filter(address=address):
        yield Holding(str(staged), f"a row of an import: {staged.name}")
    for mail in RawMail.objects.filter(recipients__icontains=f'"{address}"').only("pk"):
        yield Holding(str(mail), "the envelope of a mail")


@transaction.atomic
def erase(address: str) -> None:
    """Take away what is held. What is still held for its sender stays, and so do audit lines.

    Raises LastAdmin.
    """
    contacts.actions.erase_address(address)
    delivery.actions.erase_recipient(address)
    drafts.actions.erase_recipient(address)
    for user in _accounts(address):
        erase_person(user)


def _accounts(address: str) -> list[User]:
    aliases = Alias.objects.filter(address=address).values("user")
    return list(User.objects.filter(Q(email=address) | Q(pk__in=aliases)))
