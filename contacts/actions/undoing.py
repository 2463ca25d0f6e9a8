"""Takes back what an import wrote, as far as nobody has changed or proven it since."""

import time
from collections.abc import Collection, Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from accounts.policy import SMS
from contacts.actions.importing import advance
from contacts.actions.staging import new_pace
from contacts.actions.writing import NAME, WHOLE_BOOK, note_change, refresh_search
from contacts.entries import LANGUAGE
from contacts.models import Conflict, Contact, Datum, DeletedAddress, ImportRun, PastDatum
from contacts.states import OPEN


def undo_run(run: ImportRun) -> Iterator[None]:
    """Take an import back, a batch in a transaction; what was done before stays done.

    Yields after each batch.
    """
    contacts = Contact.objects.filter(organization=run.organization_id, owner=run.owner_id)
    last, done, pace = 0, 0, new_pace()
    while ids := _next_ids(contacts, last, pace.size):
        started = time.perf_counter()
        with transaction.atomic():
            done += _undo_batch(run, ids)
            advance(run, done, run.counts)
        pace.took(len(ids), time.perf_counter() - started)
        last = ids[-1]
        yield
    Conflict.objects.filter(run=run, state=OPEN, times=1).delete()
    note_change(run.organization_id, run.owner_id, {WHOLE_BOOK})


def _next_ids(contacts: QuerySet[Contact], after: int, size: int) -> list[int]:
    found = contacts.filter(pk__gt=after).order_by("pk")
    return list(found.values_list("pk", flat=True)[:size])


def _undo_batch(run: ImportRun, ids: Sequence[int]) -> int:
    """Undo what was written to these contacts; return how many of them were touched."""
    data = Datum.objects.filter(contact__in=ids, run=run.pk, confirmed_at=None)
    touched = set(data.values_list("contact", flat=True))
    touched |= set(Contact.objects.filter(pk__in=ids, run=run.pk).values_list("pk", flat=True))
    past = PastDatum.objects.filter(contact__in=ids, ended_run_id=run.pk)
    before = set(past.values_list("contact", flat=True))
    if not touched | before:
        return 0
    locked = Contact.objects.select_for_update().filter(pk__in=touched | before)
    count = len(list(locked.order_by("pk").values_list("pk", flat=True)))
    data.delete()
    for row in past.select_related("contact").order_by("-pk"):
        _bring_back(row, run)
    _remove_created(run, touched)
    for contact in Contact.objects.filter(pk__in=before):
        refresh_search(contact)
    return count


def _remove_created(run: ImportRun, touched: Collection[int]) -> None:
    """Delete the contacts that the import made and that hold nothing else."""
    ours = Contact.objects.filter(pk__in=touched, run=run.pk, name_source=run.source)
    empty = list(ours.filter(data=None).values_list("pk", "address"))
    if run.owner_id is None:
        DeletedAddress.objects.bulk_create(
            DeletedAddress(organization_id=run.organization_id, contact_id=pk, address=address)
            for pk, address in empty
        )
    Contact.objects.filter(pk__in=[pk for pk, _address in empty]).delete()


def _bring_back(past: PastDatum, run: ImportRun) -> None:
    """Give a contact back what it held before, unless there is something newer."""
    contact = past.contact
    if past.method == LANGUAGE:
        if contact.changed_at == past.ended_at:  # here: SQLite keeps the two in other forms
            Contact.objects.filter(pk=contact.pk).update(language=past.name)
        past.delete()
        return
    if past.method == NAME:
        newer = contact.name_source != run.source
        Contact.objects.filter(pk=contact.pk, name_source=run.source).update(
            name=past.name, name_source=past.source
        )
    else:
        newer = contact.data.filter(method=past.method, preferred=True).exists()
    if newer:
        return
    if past.method != NAME:
        _recreate(past)
    past.delete()


def _recreate(past: PastDatum) -> None:
    datum = Datum(
        contact_id=past.contact_id,
        method=past.method,
        code_sealed=bytes(past.code_sealed),
        digest=past.digest,
        source=past.source,
        actor_id=past.actor_id,
        run_id=past.run_id,
        confirmed_at=past.confirmed_at,
    )
    if past.method == SMS:
        datum.phone_number = past.phone_number
    datum.save()
    Datum.objects.filter(pk=datum.pk).update(entered_at=past.entered_at)
