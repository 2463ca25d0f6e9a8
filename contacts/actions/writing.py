"""The strokes that every action writes with: put a datum, keep what was, note what changed."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.policy import ACCESS_CODE, SMS
from contacts.models import AddressChange, Contact, Datum, PastDatum
from flow.sweeps import wake

NAME = "name"
WHOLE_BOOK = ""  # the address of a change that concerns every contact of a book


class AddressTakenError(Exception):
    """The address book has another contact with this address."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a method needs: an E.164 number, or an access code with its hint."""

    secret: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a datum comes from: source, person, import."""

    source: str
    actor: User | None = None
    run_id: int | None = None


def lock(pk: int) -> Contact:
    """Lock a contact. Raises Contact.DoesNotExist."""
    return Contact.objects.select_for_update().get(pk=pk)


@contextmanager
def held(contact: Contact) -> Iterator[None]:
    """Let nobody else change a contact meanwhile; one that is gone by now is held by nobody."""
    with transaction.atomic():
        Contact.objects.select_for_update().filter(pk=contact.pk).first()
        yield


def write_contact(row: Contact) -> None:
    """Store a contact's own fields. Raises AddressTakenError."""
    fields = ["address", "name", "name_source", "fixed", "language", "changed_at"]
    try:
        with transaction.atomic():
            row.save(update_fields=fields if row.pk else None)
    except IntegrityError as error:
        raise AddressTakenError from error


def put(row: Contact, method: str, value: Value, by: Origin) -> bool:
    """Give a locked contact this value as the preferred one; tell whether that changed anything.

    A new secret is a new row: it is unproven, and what still points to the old row points nowhere.
    """
    stored = row.data.filter(method=method, preferred=True).first()
    old = value_of(stored) if stored else None
    if old == value:
        return False
    if stored and old and old.secret == value.secret:
        stored.seal_code(value.secret, value.hint)
        stored.save(update_fields=["code_sealed", "digest"])
        return True
    known = row.data.filter(method=SMS, phone_number=value.secret) if method == SMS else None
    if stored and known is not None and known.exists():
        _prefer(row, known[0])
        return True
    if stored:
        end_datum(stored, by)
    _add(row, method, value, by, preferred=True)
    return True


def put_numbers(row: Contact, phones: Sequence[str], by: Origin) -> None:
    """Give a locked contact these numbers and no others; the first is preferred."""
    stored = {datum.e164: datum for datum in row.data.filter(method=SMS)}
    for phone in stored.keys() - set(phones):
        end_datum(stored[phone], by)
    for phone in phones:
        if phone not in stored:
            stored[phone] = _add(row, SMS, Value(phone), by, preferred=False)
    if phones:
        _prefer(row, stored[phones[0]])


def value_of(datum: Datum) -> Value:
    """Return what a datum holds."""
    return Value(datum.e164) if datum.method == SMS else Value(*datum.open_code())


def end_datum(datum: Datum, by: Origin) -> None:
    """Take a datum off its contact and keep it as what was there before."""
    past_of(datum, by).save()
    datum.delete()


def past_of(datum: Datum, by: Origin) -> PastDatum:
    """Return, not stored yet, what a datum leaves behind that ends now."""
    return PastDatum(
        contact_id=datum.contact_id,
        method=datum.method,
        phone_number=datum.e164,
        code_sealed=bytes(datum.code_sealed),
        digest=datum.digest,
        source=datum.source,
        actor_id=datum.actor_id,
        run_id=datum.run_id,
        entered_at=datum.entered_at,
        confirmed_at=datum.confirmed_at,
        ended_at=timezone.now(),
        ended_by=by.actor,
        ended_source=by.source,
        ended_run_id=by.run_id,
    )


def end_name(row: Contact, by: Origin) -> None:
    """Keep the name that a contact has so far as what was there before."""
    if not row.name:
        return
    PastDatum.objects.create(
        contact=row,
        method=NAME,
        name=row.name,
        source=row.name_source,
        run_id=row.run_id,
        entered_at=row.changed_at,
        ended_at=timezone.now(),
        ended_by=by.actor,
        ended_source=by.source,
        ended_run_id=by.run_id,
    )


def finish(row: Contact, addresses: Collection[str], verb: str, actor: User | None) -> None:
    """Close a change: the search, the drafts that wait, the audit."""
    refresh_search(row)
    note_change(row.organization_id, row.owner_id, addresses)
    record(verb, row, actor)


def refresh_search(row: Contact) -> None:
    """Store what a contact is found by."""
    numbers = [datum.e164 for datum in row.data.filter(method=SMS)]
    row.search = search_text(row.name, row.address, numbers)
    row.save(update_fields=["search", "changed_at"])


def search_text(name: str, address: str, numbers: Sequence[str]) -> str:
    """Return what a contact is found by, in lower case."""
    return " ".join([name, address, *numbers]).lower()


def note_change(organization_id: int, owner_id: int | None, addresses: Collection[str]) -> None:
    """Have the drafts that wait for these addresses judged again."""
    now = timezone.now()
    AddressChange.objects.bulk_create(
        AddressChange(organization_id=organization_id, owner_id=owner_id, address=address, at=now)
        for address in sorted(addresses)
    )
    wake("drafts.tasks.judge_changed")


def record(verb: str, row: Contact, actor: User | None) -> None:
    """Write the audit line of a contact."""
    audit.record(
        verb,
        f"contact:{row.pk}",
        organization_id=row.organization_id,
        actor_id=actor.pk if actor else None,
        book=row.book,
        methods=sorted(set(row.data.values_list("method", flat=True))),
    )


def _add(row: Contact, method: str, value: Value, by: Origin, *, preferred: bool) -> Datum:
    datum = Datum(
        contact=row,
        method=method,
        source=by.source,
        actor=by.actor,
        run_id=by.run_id,
        preferred=preferred,
    )
    if method == ACCESS_CODE:
        datum.seal_code(value.secret, value.hint)
    else:
        datum.phone_number = value.secret
    datum.save()
    return datum


def _prefer(row: Contact, datum: Datum) -> None:
    if not datum.preferred:
        row.data.filter(method=datum.method, preferred=True).update(preferred=False)
        Datum.objects.filter(pk=datum.pk).update(preferred=True)
