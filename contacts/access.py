"""The only way to a contact from a request, and the lookup of stored verification data."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import Http404

from accounts.models import User
from accounts.policy import EDIT, ORGANIZATION, PERSONAL
from addresses.mail import domain_of
from contacts.entries import DeletedContact, from_text
from contacts.models import AddressChange, Contact, Datum
from flow.paging import PAGE_SIZE, Page
from vault.keys import VaultError
from vault.sealing import unseal_text

MAX_QUERY = 100
_NUMBER = re.compile(r"[0-9+()\-./\s]{3,}")


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


def stored_data(
    organization_id: int, owner_id: int, addresses: Collection[str]
) -> list[StoredDatum]:
    """Return what both address books hold for these normalized addresses and their domains.

    Two queries, however many addresses there are.
    """
    wanted = set(addresses)
    domains = {f"@{domain_of(address)}" for address in wanted}
    of_ours = Datum.objects.filter(contact__organization=organization_id, preferred=True)
    data = of_ours.select_related("contact").order_by("pk")
    personal = data.filter(contact__owner=owner_id, contact__address__in=wanted)
    shared = data.filter(contact__owner=None, contact__address__in=wanted | domains)
    return [_stored(datum) for datum in [*personal, *shared]]


def open_code(datum_id: int) -> tuple[str, str]:
    """Return access code and hint. Raises Datum.DoesNotExist and VaultError."""
    datum = Datum.objects.select_related("contact").get(pk=datum_id)
    return datum.open_code()


def pending_changes(limit: int) -> list[AddressChange]:
    """Return the oldest changed addresses for which drafts must still be judged again."""
    return list(AddressChange.objects.order_by("pk")[:limit])


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
    return user.is_admin or user.policy.organization_book == EDIT


def may_edit_book(user: User, book: str) -> bool:
    """Tell whether this person may change a book that they may see."""
    return book == PERSONAL or may_edit_organization_book(user)


def contact_at(user: User, book: str, address: str) -> Contact | None:
    """Return the contact with this normalized address in a book of this person."""
    return _book(user, book).filter(address=address).first()


def contacts_page(user: User, book: str, query: str = "", after: str = "") -> Page[Contact]:
    """Return contacts by name (address where there is none) with their data.

    `query` is looked for in name, address and number; `after` is the key of the page before.
    """
    found = _matching(_after(_book(user, book), after), query)
    ordered = found.order_by("sort_name", "pk").prefetch_related("data")
    rows = list(ordered[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    return Page(rows[:PAGE_SIZE], str(rows[PAGE_SIZE - 1].pk) if more else "")


def _book(user: User, book: str) -> QuerySet[Contact]:
    owner = user if book == PERSONAL else None
    return Contact.objects.filter(organization=user.organization_id, owner=owner)


def _after(contacts: QuerySet[Contact], key: str) -> QuerySet[Contact]:
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return contacts
    last = contacts.filter(pk=key).values_list("sort_name", flat=True).first()
    if last is None:
        return contacts
    return contacts.filter(Q(sort_name__gt=last) | Q(sort_name=last, pk__gt=int(key)))


def _matching(contacts: QuerySet[Contact], query: str) -> QuerySet[Contact]:
    text = query.replace("\x00", "")[:MAX_QUERY].strip()
    if _NUMBER.fullmatch(text):
        return contacts.filter(Q(pk__in=_with_number(text)) | _naming(text))
    for word in text.split():
        contacts = contacts.filter(_naming(word))
    return contacts


def _naming(word: str) -> Q:
    return Q(name__icontains=word) | Q(address__icontains=_as_stored(word))


def _as_stored(word: str) -> str:
    """Return a typed part of an address with its domain as it is stored: as A-labels."""
    local, at, domain = word.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return word


def _with_number(text: str) -> QuerySet[Datum, int]:
    """Return the contacts with a number that holds these digits, typed in any of its forms."""
    digits = "".join(c for c in text if c.isdigit()).removeprefix("00").removeprefix("0")
    data = Datum.objects.annotate(number=Cast("phone_number", CharField()))
    return data.filter(number__contains=digits or text).values_list("contact_id", flat=True)


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
    )
