"""What the address books know that could help a sender: colleagues' numbers, similar addresses."""

from collections.abc import Collection

from django.db.models import Q

from accounts.policy import SMS
from contacts.models import LETTER_AND_DOMAIN, Contact, Datum

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
    alike = Q(letter_and_domain__in={f"{local[0]}@{domain}" for local, _at, domain in looked_up})
    for beginning in {f"{local}@" for local, _at, _domain in looked_up}:
        alike |= Q(address__startswith=beginning)
    contacts = Contact.objects.alias(letter_and_domain=LETTER_AND_DOMAIN)
    found = contacts.filter(alike, organization=organization_id).values_list("address", flat=True)
    return list(found.filter(owner=owner_id).union(found.filter(owner=None))[:MAX_SIMILAR])
