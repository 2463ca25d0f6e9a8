"""Takes away what another system said about contacts: many of them in few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.policy import SMS
from contacts.actions.staging import batch_size
from contacts.actions.writing import Origin, note_change, past_of, search_text
from contacts.models import Contact, Datum, DeletedAddress, ExternalId, PastDatum


def unsay(contacts: Iterable[Contact], source: str) -> None:
    """Take away what a system said, a batch in a transaction; one that is gone by now is skipped.

    A contact that holds nothing else goes with it. The same again changes nothing.
    """
    ids = sorted({contact.pk for contact in contacts})
    size = batch_size()
    for start in range(0, len(ids), size):
        _unsay_batch(ids[start : start + size], source)


@transaction.atomic
def _unsay_batch(ids: Sequence[int], source: str) -> None:
    found = Contact.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    rows = list(found.prefetch_related("data", "external_ids"))
    if not rows:
        return
    said = [
        datum
        for row in rows
        for datum in row.data.all()
        if datum.source == source and datum.confirmed_at is None
    ]
    PastDatum.objects.bulk_create(past_of(datum, Origin(source)) for datum in said)
    Datum.objects.filter(pk__in=[datum.pk for datum in said]).delete()
    ExternalId.objects.filter(contact__in=rows, source=source).delete()
    gone = {datum.pk for datum in said}
    left = {row.pk: [datum for datum in row.data.all() if datum.pk not in gone] for row in rows}
    _note(rows, left)
    empty = [row for row in rows if not left[row.pk] and _is_only_said(row, source)]
    _remove(empty)
    kept = {row.pk for row in rows} - {row.pk for row in empty}
    _refresh([row for row in rows if row.pk in kept], left)
    _prefer_others(data for pk, data in left.items() if pk in kept)


def _is_only_said(row: Contact, source: str) -> bool:
    others = [link for link in row.external_ids.all() if link.source != source]
    return row.name_source == source and not others


def _note(rows: Sequence[Contact], left: dict[int, list[Datum]]) -> None:
    """Have the drafts that wait for them judged again, and write the audit lines."""
    books = defaultdict(set)
    for row in rows:
        books[row.organization_id, row.owner_id].add(row.address)
    for (organization_id, owner_id), addresses in books.items():
        note_change(organization_id, owner_id, addresses)
    audit.record_all(
        audit.line(
            "sync_delete",
            str(row),
            organization_id=row.organization_id,
            book=row.book,
            methods=sorted({datum.method for datum in left[row.pk]}),
        )
        for row in rows
    )


def _remove(rows: Collection[Contact]) -> None:
    """Delete contacts; the systems that follow the organization's book will hear it."""
    DeletedAddress.objects.bulk_create(
        DeletedAddress(organization_id=row.organization_id, contact_id=row.pk, address=row.address)
        for row in rows
        if row.owner_id is None
    )
    Contact.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _refresh(rows: Sequence[Contact], left: dict[int, list[Datum]]) -> None:
    """Store what the contacts are found by."""
    now = timezone.now()
    for row in rows:
        numbers = [datum.e164 for datum in left[row.pk] if datum.method == SMS]
        row.search, row.changed_at = search_text(row.name, row.address, numbers), now
    Contact.objects.bulk_update(rows, ["search", "changed_at"], batch_size=500)


def _prefer_others(left: Iterable[list[Datum]]) -> None:
    """Prefer another number where the preferred one was taken away."""
    numbers = ([datum for datum in data if datum.method == SMS] for data in left)
    first = [
        min(data, key=lambda datum: datum.pk).pk
        for data in numbers
        if data and not any(datum.preferred for datum in data)
    ]
    Datum.objects.filter(pk__in=first).update(preferred=True)
