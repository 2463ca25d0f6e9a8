"""What senders propose for the organization's book, and what an admin makes of it."""

import json
from dataclasses import asdict, replace

from django.db import transaction

from accounts import audit
from accounts.models import User
from contacts.actions.books import save_contact
from contacts.actions.writing import AddressTakenError
from contacts.entries import ContactEntry
from contacts.models import Contact, Proposal
from contacts.states import ACCEPTED, OPEN, REFUSED
from vault.sealing import seal_text


@transaction.atomic
def propose(actor: User, entry: ContactEntry, contact: Contact | None) -> Proposal:
    """Keep what a sender would like the organization's book to say, sealed."""
    proposal = Proposal(
        organization_id=actor.organization_id,
        contact=contact,
        address=entry.address,
        actor=actor,
    )
    proposal.sealed = seal_text(json.dumps(asdict(entry)), proposal.context)
    proposal.save()
    _record("propose_contact", proposal, actor)
    return proposal


@transaction.atomic
def accept_proposal(actor: User, proposal: Proposal) -> None:
    """Write what was proposed, in the name of the admin; nothing when it was decided already."""
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if row.state != OPEN:
        return
    entry = row.entry()
    contact = row.contact or _contact_at(row)
    fixed = contact.fixed if contact is not None else False
    try:
        save_contact(actor, replace(entry, fixed=fixed), contact)
    except AddressTakenError:
        return
    _decide(row, ACCEPTED, actor)


@transaction.atomic
def refuse_proposal(actor: User, proposal: Proposal) -> None:
    """Put a proposal away."""
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if row.state == OPEN:
        _decide(row, REFUSED, actor)


def _contact_at(row: Proposal) -> Contact | None:
    contacts = Contact.objects.filter(organization=row.organization_id, owner=None)
    return contacts.filter(address=row.address).first()


def _decide(row: Proposal, state: str, actor: User) -> None:
    Proposal.objects.filter(pk=row.pk).update(state=state, decided_by=actor, sealed=b"")
    _record(f"proposal_{state}", row, actor)


def _record(verb: str, row: Proposal, actor: User) -> None:
    audit.record(verb, str(row), organization_id=row.organization_id, actor_id=actor.pk)
