"""The only writer of address books."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from accounts.policy import ACCESS_CODE, ORGANIZATION, SMS
from contacts.access import deletion_context
from contacts.entries import (
    LEARNED,
    MANUAL,
    ContactEntry,
    DeletedContact,
    DeletedDatum,
    to_text,
)
from contacts.models import AddressChange, Contact, Datum
from flow.sweeps import wake
from vault.sealing import seal_text


class AddressTakenError(Exception):
    """The address book has another contact with this address."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a method needs: an E.164 number, or an access code with its hint."""

    secret: str
    hint: str = ""


@transaction.atomic
def save_contact(actor: User, entry: ContactEntry, contact: Contact | None = None) -> Contact:
    """Store what a person entered, as a new contact or over the one given.

    A datum that did not change keeps its source and its proof; with another address it is new.
    Raises AddressTakenError, and Contact.DoesNotExist when the contact was deleted meanwhile.
    """
    row = _new_contact(actor, entry.book) if contact is None else _lock(contact.pk)
    old_address = row.address or entry.address
    values = _entered_values(row, entry)
    if old_address != entry.address:
        row.data.all().delete()
    row.address, row.name, row.fixed = entry.address, entry.name, entry.fixed
    _write_contact(row)
    _write_data(row, values, source=MANUAL, actor=actor)
    _note_change(row, {old_address, entry.address})
    _record("create_contact" if contact is None else "edit_contact", row, actor)
    return row


@transaction.atomic
def delete_contact(actor: User, contact: Contact) -> bytes:
    """Delete a contact; return it sealed for this person, as `restore_contact` takes it back.

    Raises Contact.DoesNotExist when it was deleted meanwhile.
    """
    row = _lock(contact.pk)
    deleted = DeletedContact(
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        address=row.address,
        name=row.name,
        fixed=row.fixed,
        data=[_deleted_datum(datum) for datum in row.data.all()],
    )
    _note_change(row, {row.address})
    _record("delete_contact", row, actor)
    row.delete()
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
    )
    _write_contact(row)
    for datum in deleted.data:
        _restore_datum(row, datum)
    _note_change(row, {row.address})
    _record("restore_contact", row, actor)
    return row


@transaction.atomic
def learn(owner: User, address: str, name: str, *, method: str, value: str, hint: str = "") -> None:
    """Keep what a sender typed for a recipient in the sender's own book; the same again is no-op.

    `value` is an E.164 number or an access code; `address` is normalized.
    """
    found, _ = Contact.objects.get_or_create(
        owner=owner,
        address=address,
        defaults={"organization_id": owner.organization_id, "name": name[:200]},
    )
    row = _lock(found.pk)
    if _put(row, method, Value(value, hint), source=LEARNED, actor=owner):
        _note_change(row, {address})
        _record("learn_contact", row, owner)


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
    row = _lock(found.pk)
    if row.data.filter(method=method).exists():
        return
    _put(row, method, Value(value, hint), source=LEARNED, actor=None)
    row.data.filter(method=method).update(confirmed_at=timezone.now())
    _note_change(row, {address})
    _record("learn_proven_contact", row, None)


@transaction.atomic
def confirm(datum_id: int) -> None:
    """Note that a recipient has verified with this datum.

    A changed value is another row, so a datum that was replaced meanwhile is not confirmed.
    """
    unproven = Datum.objects.filter(pk=datum_id, confirmed_at=None)
    if unproven.update(confirmed_at=timezone.now()):
        contact = Contact.objects.get(data=datum_id)
        _record("confirm_contact", contact, None)
    Datum.objects.filter(pk=datum_id).exclude(disputed_at=None).update(disputed_at=None)


@transaction.atomic
def dispute(datum_id: int) -> None:
    """Note that a recipient said that this datum is not right."""
    if Datum.objects.filter(pk=datum_id).update(disputed_at=timezone.now()):
        _record("dispute_contact", Contact.objects.get(data=datum_id), None)


@transaction.atomic
def settle_dispute(datum_id: int) -> None:
    """Note that the datum was right after all."""
    if Datum.objects.filter(pk=datum_id).exclude(disputed_at=None).update(disputed_at=None):
        _record("settle_contact", Contact.objects.get(data=datum_id), None)


def advance_change(change_id: int, cursor: int) -> None:
    """Note that the drafts up to this id were judged again for the changed address."""
    AddressChange.objects.filter(pk=change_id, cursor__lt=cursor).update(cursor=cursor)


def finish_change(change_id: int) -> None:
    """Forget a changed address: the drafts that wait for it were judged again."""
    AddressChange.objects.filter(pk=change_id).delete()


def _new_contact(actor: User, book: str) -> Contact:
    owner = None if book == ORGANIZATION else actor
    return Contact(organization_id=actor.organization_id, owner=owner)


def _lock(pk: int) -> Contact:
    return Contact.objects.select_for_update().get(pk=pk)


def _write_contact(row: Contact) -> None:
    fields = ["address", "name", "fixed", "changed_at"]
    try:
        with transaction.atomic():
            row.save(update_fields=fields if row.pk else None)
    except IntegrityError as error:
        raise AddressTakenError from error


def _entered_values(row: Contact, entry: ContactEntry) -> dict[str, Value]:
    """Return the value of each method that the contact shall have."""
    values = {SMS: Value(entry.phone)} if entry.phone else {}
    code = entry.code
    if code is None:
        stored = row.data.filter(method=ACCESS_CODE).first() if row.pk else None
        code = stored.open_code()[0] if stored else ""
    return values | ({ACCESS_CODE: Value(code, entry.hint)} if code else {})


def _write_data(row: Contact, values: Mapping[str, Value], *, source: str, actor: User) -> None:
    row.data.exclude(method__in=values).delete()
    for method, value in values.items():
        _put(row, method, value, source=source, actor=actor)


def _put(row: Contact, method: str, value: Value, *, source: str, actor: User | None) -> bool:
    """Give a locked contact this value; tell whether it had another one.

    A new secret is a new row: it is unproven, and what still points to the old row points nowhere.
    """
    stored = row.data.filter(method=method).first()
    old = _value_of(stored) if stored else None
    if old == value:
        return False
    if stored and old and old.secret == value.secret:
        _seal(stored, value)
        stored.save(update_fields=["code_sealed"])
        return True
    if stored:
        stored.delete()
    datum = Datum(contact=row, method=method, source=source, actor=actor)
    _seal(datum, value)
    datum.save()
    return True


def _value_of(datum: Datum) -> Value:
    return Value(datum.e164) if datum.method == SMS else Value(*datum.open_code())


def _seal(datum: Datum, value: Value) -> None:
    if datum.method == SMS:
        datum.phone_number = value.secret
    else:
        datum.seal_code(value.secret, value.hint)


def _deleted_datum(datum: Datum) -> DeletedDatum:
    value = _value_of(datum)
    return DeletedDatum(
        method=datum.method,
        secret=value.secret,
        hint=value.hint,
        source=datum.source,
        actor_id=datum.actor_id,
        entered_at=datum.entered_at,
        confirmed_at=datum.confirmed_at,
    )


def _restore_datum(row: Contact, deleted: DeletedDatum) -> None:
    datum = Datum(contact=row, method=deleted.method, source=deleted.source)
    datum.actor = User.objects.filter(pk=deleted.actor_id or 0).first()
    datum.confirmed_at = deleted.confirmed_at
    _seal(datum, Value(deleted.secret, deleted.hint))
    datum.save()
    Datum.objects.filter(pk=datum.pk).update(entered_at=deleted.entered_at)


def _note_change(row: Contact, addresses: Collection[str]) -> None:
    """Have the drafts that wait for these addresses judged again."""
    now = timezone.now()
    AddressChange.objects.bulk_create(
        AddressChange(
            organization_id=row.organization_id, owner_id=row.owner_id, address=address, at=now
        )
        for address in sorted(addresses)
    )
    wake("drafts.tasks.judge_changed")


def _record(verb: str, row: Contact, actor: User | None) -> None:
    audit.record(
        verb,
        f"contact:{row.pk}",
        organization_id=row.organization_id,
        actor_id=actor.pk if actor else None,
        book=row.book,
        methods=sorted(row.data.values_list("method", flat=True)),
    )
