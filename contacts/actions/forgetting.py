"""What address books need no more: history, decisions, the books of people who were removed."""

from django.db import transaction
from django.utils import timezone

from contacts import states
from contacts.models import (
    AddressChange,
    Conflict,
    Contact,
    DeletedAddress,
    ImportRun,
    PastDatum,
    Proposal,
    StagedRow,
)
from flow.forgetting import HISTORY, KEPT, REMOVED, first_ids


def forget_history() -> int:
    """Delete some of what contacts held long ago, and of which were deleted; return how many."""
    now = timezone.now()
    past = first_ids(PastDatum.objects.filter(ended_at__lt=now - HISTORY))
    PastDatum.objects.filter(pk__in=past).delete()
    gone = first_ids(DeletedAddress.objects.filter(at__lt=now - HISTORY))
    DeletedAddress.objects.filter(pk__in=gone).delete()
    return max(len(past), len(gone))


def forget_decisions() -> int:
    """Delete some proposals and conflicts that were decided long ago; return how many."""
    old = timezone.now() - KEPT
    asked = first_ids(Proposal.objects.exclude(state=states.OPEN).filter(at__lt=old))
    Proposal.objects.filter(pk__in=asked).delete()
    decided = first_ids(Conflict.objects.exclude(state=states.OPEN).filter(last_at__lt=old))
    Conflict.objects.filter(pk__in=decided).delete()
    return max(len(asked), len(decided))


def forget_books() -> int:
    """Delete some contacts of people who were removed a while ago; return how many."""
    left = timezone.now() - REMOVED
    ids = first_ids(Contact.objects.filter(owner__removed_at__lt=left))
    Contact.objects.filter(pk__in=ids).delete()
    return len(ids)


def forget_file_names() -> int:
    """Forget the names of some files that were imported long ago; return how many."""
    old = ImportRun.objects.exclude(file_name="").exclude(state__in=states.WORKING)
    ids = first_ids(old.filter(created_at__lt=timezone.now() - KEPT))
    return ImportRun.objects.filter(pk__in=ids).update(file_name="")


@transaction.atomic
def erase_address(address: str) -> int:
    """Delete an address from every book, with its history; return from how many."""
    Proposal.objects.filter(address=address).delete()
    DeletedAddress.objects.filter(address=address).delete()
    StagedRow.objects.filter(address=address).delete()
    contacts = list(Contact.objects.filter(address=address))
    Contact.objects.filter(address=address).delete()
    AddressChange.objects.bulk_create(  # held mails are judged again; the sweep deletes them
        AddressChange(organization_id=row.organization_id, owner_id=row.owner_id, address=address)
        for row in contacts
    )
    return len(contacts)
