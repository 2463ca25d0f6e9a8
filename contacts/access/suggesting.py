"""What the address books know that could help a sender: colleagues' numbers, similar addresses."""

from collections.abc import Collection

from django.db.models import Q

from accounts.policy import SMS
from contacts.models import LETTER_AND_DOMAIN, LOCAL_PART, Contact, Datum

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

    Looked up for the first fifty only: a longer list is no slip of the keyboard.
    """
    if not addresses:
        return []
    looked_up = [address.rpartition("@") for address in list(addresses)[:MAX_LOOKED_UP]]
    alike = Q(local_part__in={local for local, _at, _domain in looked_up})
    alike |= Q(letter_and_domain__in={f"{local[0]}@{domain}" for local, _at, domain in looked_up})
    books = Q(owner=owner_id) | Q(owner=None)
    contacts = Contact.objects.alias(local_part=LOCAL_PART, letter_and_domain=LETTER_AND_DOMAIN)
    found = contacts.filter(books, alike, organization=organization_id)
    return list(found.values_list("address", flat=True)[:MAX_SIMILAR])
