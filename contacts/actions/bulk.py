"""Many contacts at once: deleted, put back, marked."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from contacts.actions.books import delete_contact
from contacts.actions.writing import note_change, record
from contacts.models import Contact


@transaction.atomic
def delete_contacts(actor: User, contacts: Iterable[Contact]) -> list[bytes]:
    """Delete contacts; return each sealed, as `restore_contact` takes it back."""
    return [delete_contact(actor, contact) for contact in contacts]


@transaction.atomic
def fix_contacts(actor: User, contacts: Iterable[Contact], *, fixed: bool) -> None:
    """Have contacts of the organization's book always used, or no longer."""
    for contact in contacts:
        Contact.objects.filter(pk=contact.pk).update(fixed=fixed, changed_at=timezone.now())
        note_change(contact.organization_id, contact.owner_id, {contact.address})
        record("edit_contact", contact, actor)


def note_export(user: User, book: str) -> None:
    """Note that somebody took a whole address book along."""
    audit.note("export_contacts", user.organization, user, book=book)
