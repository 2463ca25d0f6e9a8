"""What the address books know that could help a sender: colleagues' numbers, similar addresses."""

from collections.abc import Collection

from django.db.models import Q

from accounts.policy import SMS
from addresses.mail import domain_of
from contacts.models import Contact, Datum

MAX_SIMILAR = 300
MAX_LOOKED_UP = 50


def proven_by_colleagues(
    organization_id: int, owner_id: int, addresses: Collection[str]
) -> list[tuple[str, str]]:
    """Return address and number (E.164) that recipients have proven to colleagues, newest first."""
    data = Datum.objects.filter(
        contact__organization=organization_id,
        contact__owner__isnull=False,
        contact__address__in=addresses,
        method=SMS,
        confirmed_at__isnull=False,
    ).exclude(contact__owner=owner_id)
    found = data.select_related("contact").order_by("-confirmed_at")[:MAX_SIMILAR]
    return [(datum.contact.address, datum.e164) for datum in found]


def contacts_like(organization_id: int, owner_id: int, addresses: Collection[str]) -> list[str]:
    """Return addresses in both books that share a local part, or a domain and a first letter.

    Looked up for the first fifty only: a longer list is no slip of the keyboard, and SQLite
    takes no condition of a thousand parts.
    """
    if not addresses:
        return []
    looked_up = list(addresses)[:MAX_LOOKED_UP]
    alike = Q(*(part for address in looked_up for part in _alike(address)), _connector=Q.OR)
    books = Q(owner=owner_id) | Q(owner=None)
    found = Contact.objects.filter(books, alike, organization=organization_id)
    return list(found.values_list("address", flat=True)[:MAX_SIMILAR])


def _alike(address: str) -> tuple[Q, Q]:
    local = address.rpartition("@")[0]
    same_domain = Q(address__startswith=local[0], address__endswith=f"@{domain_of(address)}")
    return Q(address__startswith=f"{local}@"), same_domain
