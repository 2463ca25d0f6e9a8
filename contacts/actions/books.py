"""Contacts one at a time: what people enter, delete and put back, and what is learned."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Organization, User
from accounts.policy import ACCESS_CODE, ORGANIZATION, SMS
from contacts.access import deletion_context
from contacts.actions.learning import Lesson, learn_all
from contacts.actions.writing import (
    NAME,
    Origin,
    Value,
    end_datum,
    end_name,
    finish,
    lock,
    note_change,
    put,
    put_numbers,
    record,
    value_of,
    write_contact,
)
from contacts.entries import (
    LEARNED,
    MANUAL,
    ContactEntry,
    DeletedContact,
    DeletedDatum,
    to_text,
)
from contacts.models import AddressChange, Contact, Datum, DeletedAddress, PastDatum
from flow.sweeps import skip_locked
from vault.sealing import seal_text


@transaction.atomic
def save_contact(actor: User, entry: ContactEntry, contact: Contact | None = None) -> Contact:
    """Store what a person entered, as a new contact or over the one given.

    A datum that did not change keeps its source and its proof; with another address it is new.
    Raises AddressTakenError, and Contact.DoesNotExist when the contact was deleted meanwhile.
    """
    row = _new_contact(actor, entry.book) if contact is None else lock(contact.pk)
    by, old_address = Origin(MANUAL, actor), row.address or entry.address
    code = _entered_code(row, entry)
    if old_address != entry.address:
        _forget_data(row)
    if row.pk and row.name != entry.name:
        end_name(row, by)
        row.name_source = MANUAL
    row.address, row.name, row.fixed = entry.address, entry.name, entry.fixed
    row.language = entry.language
    write_contact(row)
    _write_data(row, entry, code, by)
    verb = "create_contact" if contact is None else "edit_contact"
    finish(row, {old_address, entry.address}, verb, actor)
    return row


@transaction.atomic
def delete_contact(actor: User, contact: Contact) -> bytes:
    """Delete a contact; return it sealed for this person, as `restore_contact` takes it back.

    Raises Contact.DoesNotExist when it was deleted meanwhile.
    """
    row = lock(contact.pk)
    deleted = DeletedContact(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        address=row.address,
        name=row.name,
        fixed=row.fixed,
        language=row.language,
        data=[_deleted_datum(datum) for datum in row.data.all()],
    )
    finish(row, {row.address}, "delete_contact", actor)
    remove(row)
    return seal_text(to_text(deleted), deletion_context(actor))


@transaction.atomic
def restore_contact(actor: User, deleted: DeletedContact) -> Contact:
    """Put a deleted contact back; its data keep source and proof. Raises AddressTakenError."""
    row = Contact(
        organization_id=deleted.organization_id,
        owner_id=deleted.owner_id,
        address=deleted.address,
        name=deleted.name,
        fixed=deleted.fixed,
        language=deleted.language,
    )
    write_contact(row)
    for datum in deleted.data:
        _restore_datum(row, datum)
    finish(row, {row.address}, "restore_contact", actor)
    return row


def remove(row: Contact) -> None:
    """Delete a locked contact; the systems that follow the organization's book will hear it."""
    if row.owner_id is None:
        DeletedAddress.objects.create(
            organization_id=row.organization_id, contact_id=row.pk, address=row.address
        )
    row.delete()


def learn(owner: User, address: str, name: str, *, method: str, value: str, hint: str = "") -> None:
    """Keep what a sender typed for a recipient in the sender's own book; the same again is no-op.

    But a number that the recipient had disputed is right when it is typed again.
    `value` is an E.164 number or an access code; `address` is normalized.
    """
    learn_all([Lesson(owner, address, name, method, value, hint)])


@transaction.atomic
def learn_proven(
    organization_id: int, address: str, name: str, *, method: str, value: str, hint: str = ""
) -> None:
    """Give all colleagues a datum that a recipient has proven, where the policy wants that.

    Nothing happens when the organization's book has a datum of this method for the address.
    """
    if not Organization.objects.get(pk=organization_id).policy.learn_proven:
        return
    found, _ = Contact.objects.get_or_create(
        organization_id=organization_id,
        owner=None,
        address=address,
        defaults={"name": name[:200]},
    )
    row = lock(found.pk)
    if row.data.filter(method=method).exists():
        return
    put(row, method, Value(value, hint), Origin(LEARNED))
    row.data.filter(method=method).update(confirmed_at=timezone.now())
    finish(row, {address}, "learn_proven_contact", None)


@transaction.atomic
def confirm(datum_id: int) -> None:
    """Note that a recipient has verified with this datum.

    A changed value is another row, so a datum that was replaced meanwhile is not confirmed.
    """
    unproven = Datum.objects.filter(pk=datum_id, confirmed_at=None)
    if unproven.update(confirmed_at=timezone.now()):
        contact = Contact.objects.get(data=datum_id)
        record("confirm_contact", contact, None)


@transaction.atomic
def dispute(owner: User, address: str, number: str) -> None:
    """Note that a recipient said that this number (E.164) is not theirs.

    It is marked in the sender's own book and in the organization's, and used no more unless
    somebody says that it is right.
    """
    for datum in _same_numbers(owner, address, number):
        Datum.objects.filter(pk=datum.pk).update(disputed_at=timezone.now())
        note_change(owner.organization_id, datum.contact.owner_id, {address})
        record("dispute_contact", datum.contact, None)


@transaction.atomic
def settle_dispute(owner: User, address: str, number: str) -> None:
    """Note that the number was right after all."""
    for datum in _same_numbers(owner, address, number).exclude(disputed_at=None):
        Datum.objects.filter(pk=datum.pk).update(disputed_at=None)
        note_change(owner.organization_id, datum.contact.owner_id, {address})
        record("settle_contact", datum.contact, None)


def claim_change(change_id: int) -> AddressChange | None:
    """Lock a changed address; None when it was followed, or somebody else is following it."""
    return skip_locked(AddressChange.objects.filter(pk=change_id)).first()


def advance_change(change_id: int, cursor: int) -> None:
    """Note that the drafts up to this id were judged again for the changed address."""
    AddressChange.objects.filter(pk=change_id, cursor__lt=cursor).update(cursor=cursor)


def finish_change(change_id: int) -> None:
    """Forget a changed address: the drafts that wait for it were judged again."""
    AddressChange.objects.filter(pk=change_id).delete()


@transaction.atomic
def bring_back(actor: User, past: PastDatum) -> None:
    """Undo a change: give the contact again what it held before, with its source and proof."""
    row = lock(past.contact_id)
    by = Origin(MANUAL, actor)
    if past.method == NAME:
        end_name(row, by)
        row.name, row.name_source = past.name, past.source
        write_contact(row)
    else:
        sms = past.method == SMS
        value = Value(past.phone_number) if sms else Value(*past.open_code())
        put(row, past.method, value, by)
        row.data.filter(method=past.method, preferred=True).update(
            source=past.source,
            actor=past.actor_id,
            run=past.run_id,
            entered_at=past.entered_at,
            confirmed_at=past.confirmed_at,
        )
    finish(row, {row.address}, "undo_contact_change", actor)


def _same_numbers(owner: User, address: str, number: str) -> QuerySet[Datum]:
    books = Q(contact__owner=owner) | Q(contact__owner=None)
    of_address = Datum.objects.filter(
        books, contact__organization=owner.organization_id, contact__address=address
    )
    return of_address.filter(method=SMS, phone_number=number).select_related("contact")


def _new_contact(actor: User, book: str) -> Contact:
    owner = None if book == ORGANIZATION else actor
    return Contact(organization_id=actor.organization_id, owner=owner)


def _entered_code(row: Contact, entry: ContactEntry) -> Value | None:
    """Return the access code that the contact shall have."""
    code = entry.code
    if code is None:
        stored = row.data.filter(method=ACCESS_CODE).first() if row.pk else None
        code = stored.open_code()[0] if stored else ""
    return Value(code, entry.hint) if code else None


def _write_data(row: Contact, entry: ContactEntry, code: Value | None, by: Origin) -> None:
    put_numbers(row, entry.phones, by)
    if code is not None:
        put(row, ACCESS_CODE, code, by)
        return
    for datum in row.data.filter(method=ACCESS_CODE):
        end_datum(datum, by)


def _forget_data(row: Contact) -> None:
    """Drop what was known about another address: its codes are sealed for that address."""
    row.data.all().delete()
    row.past.all().delete()
    row.conflicts.all().delete()


def _deleted_datum(datum: Datum) -> DeletedDatum:
    value = value_of(datum)
    return DeletedDatum(
        method=datum.method,
        secret=value.secret,
        hint=value.hint,
        source=datum.source,
        actor_id=datum.actor_id,
        entered_at=datum.entered_at,
        confirmed_at=datum.confirmed_at,
        preferred=datum.preferred,
    )


def _restore_datum(row: Contact, deleted: DeletedDatum) -> None:
    actor = User.objects.filter(pk=deleted.actor_id or 0).first()
    datum = Datum(
        contact=row,
        method=deleted.method,
        source=deleted.source,
        actor=actor,
        preferred=deleted.preferred,
        confirmed_at=deleted.confirmed_at,
    )
    if deleted.method == SMS:
        datum.phone_number = deleted.secret
    else:
        datum.seal_code(deleted.secret, deleted.hint)
    datum.save()
    Datum.objects.filter(pk=datum.pk).update(entered_at=deleted.entered_at)
