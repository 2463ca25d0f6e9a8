"""The only way to a contact from a request, and the lookup of stored verification data."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.policy import EDIT, ORGANIZATION, PERSONAL
from addresses.mail import domain_of
from contacts.entries import LANGUAGE, DeletedContact, from_text
from contacts.models import AddressChange, Contact, Datum, PastDatum
from flow.exports import by_pages
from vault.keys import VaultError
from vault.sealing import unseal_text

MAX_HISTORY = 100


@dataclass(frozen=True, slots=True)
class StoredDatum:
    """A datum of an address book. `address` is the contact's: it may be "@example.org"."""

    datum_id: int
    contact_id: int
    address: str
    book: str
    fixed: bool
    method: str
    phone: str
    source: str
    entered_at: datetime
    confirmed_at: datetime | None
    actor_id: int | None
    owner_id: int | None = None
    disputed: bool = False


def stored_data(
    organization_id: int, owner_id: int, addresses: Collection[str]
) -> list[StoredDatum]:
    """Return what both address books hold for these normalized addresses and their domains.

    Two queries, however many addresses there are.
    """
    return stored_for_owners(organization_id, [owner_id], addresses)


def stored_for_owners(
    organization_id: int, owner_ids: Collection[int], addresses: Collection[str]
) -> list[StoredDatum]:
    """Return the same for several people: `owner_id` says whose book, None the organization's."""
    wanted = set(addresses)
    domains = {f"@{domain_of(address)}" for address in wanted}
    of_ours = Datum.objects.filter(contact__organization=organization_id, preferred=True)
    data = of_ours.select_related("contact").order_by("pk")
    personal = data.filter(contact__owner__in=owner_ids, contact__address__in=wanted)
    shared = data.filter(contact__owner=None, contact__address__in=wanted | domains)
    return [_stored(datum) for datum in [*personal, *shared]]


def languages_for(
    organization_id: int, owner_ids: Collection[int], addresses: Collection[str]
) -> dict[tuple[int | None, str], str]:
    """Return the language of contacts that have one, by owner (None: all colleagues) and address.

    An address may be that of a whole domain, "@example.org".
    """
    domains = {f"@{domain_of(address)}" for address in addresses}
    books = Q(owner__in=owner_ids) | Q(owner=None)
    found = Contact.objects.filter(
        books, organization=organization_id, address__in={*addresses, *domains}
    )
    rows = found.exclude(language="").values_list("owner", "address", "language")
    return {(owner, address): language for owner, address, language in rows}


def open_codes(datum_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Return access code and hint of these data, by id, in one query. Raises VaultError."""
    data = Datum.objects.select_related("contact").in_bulk(datum_ids)
    return {pk: datum.open_code() for pk, datum in data.items()}


def pending_changes() -> QuerySet[AddressChange]:
    """Return the changed addresses for which drafts must still be judged again."""
    return AddressChange.objects.all()


def contact_for(user: User, pk: int) -> Contact:
    """Return a contact that this person may see. Raises Http404."""
    own = Q(owner=user) | Q(owner=None)
    contacts = Contact.objects.prefetch_related("data")
    contact = contacts.filter(own, organization=user.organization_id, pk=pk).first()
    if contact is None:
        raise Http404
    return contact


def contact_to_edit(user: User, pk: int) -> Contact:
    """Return a contact that this person may change. Raises Http404."""
    contact = contact_for(user, pk)
    if not may_edit_book(user, contact.book):
        raise Http404
    return contact


def deleted_contact(user: User, sealed: bytes) -> DeletedContact:
    """Return what this person deleted and may put back. Raises Http404."""
    try:
        deleted = from_text(unseal_text(sealed, deletion_context(user)))
    except VaultError as error:
        raise Http404 from error
    book = ORGANIZATION if deleted.owner_id is None else PERSONAL
    if not may_edit_book(user, book):
        raise Http404
    return deleted


def deletion_context(user: User) -> str:
    """Return the place that a contact deleted by this person is sealed for."""
    return f"contacts.deleted:{user.organization_id}:{user.pk}"


def may_edit_organization_book(user: User) -> bool:
    """Tell whether this person may change the contacts of the organization."""
    return user.is_editor or user.policy.organization_book == EDIT


def may_edit_book(user: User, book: str) -> bool:
    """Tell whether this person may change a book that they may see."""
    return book == PERSONAL or may_edit_organization_book(user)


def contact_at(user: User, book: str, address: str) -> Contact | None:
    """Return the contact with this normalized address in a book of this person."""
    return book_of(user, book).filter(address=address).first()


def book_of(user: User, book: str) -> QuerySet[Contact]:
    """Return the contacts of a book of this person."""
    owner = user if book == PERSONAL else None
    return Contact.objects.filter(organization=user.organization_id, owner=owner)


def every_contact(user: User, book: str) -> Iterator[Contact]:
    """Yield every contact of a book with its data, some in memory at a time."""
    return by_pages(book_of(user, book).prefetch_related("data"))


def history_of(contact: Contact) -> list[PastDatum]:
    """Return what a contact held before, newest first."""
    past = contact.past.exclude(method=LANGUAGE).select_related("actor", "ended_by")
    return list(past.order_by("-ended_at", "-pk")[:MAX_HISTORY])


def past_to_bring_back(user: User, contact_pk: int, pk: int) -> PastDatum:
    """Return what a contact held before, for a person who may change it. Raises Http404."""
    contact = contact_to_edit(user, contact_pk)
    kept = contact.past.exclude(method=LANGUAGE).select_related("contact")
    past = kept.filter(pk=pk).first()
    if past is None:
        raise Http404
    return past


def _stored(datum: Datum) -> StoredDatum:
    contact = datum.contact
    return StoredDatum(
        datum_id=datum.pk,
        contact_id=contact.pk,
        address=contact.address,
        book=contact.book,
        fixed=contact.fixed,
        method=datum.method,
        phone=datum.e164,
        source=datum.source,
        entered_at=datum.entered_at,
        confirmed_at=datum.confirmed_at,
        actor_id=datum.actor_id,
        owner_id=contact.owner_id,
        disputed=datum.disputed_at is not None,
    )
