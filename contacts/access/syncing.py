"""What another system may read of the organization's book: one contact, or what changed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Organization
from contacts.models import Contact, DeletedAddress

SETTLED = timedelta(seconds=2)  # a change is told once no older one can still be committed
MAX_CHANGES = 1000


@dataclass(frozen=True, slots=True)
class Changes:
    """Contacts that changed, addresses that went, and where to go on."""

    contacts: list[Contact]
    deleted: list[DeletedAddress]
    cursor: str
    more: bool


def synced_contact(organization: Organization, system: str, external_id: str) -> Contact:
    """Return the contact that a system knows by its own id. Raises Http404."""
    contacts = _book(organization).filter(
        external_ids__source=f"sync:{system}", external_ids__external_id=external_id
    )
    found = contacts.first()
    if found is None:
        raise Http404
    return found


def changes_since(organization: Organization, cursor: str, limit: int) -> Changes:
    """Return what changed in the organization's book after a cursor ("" for all of it)."""
    at, pk = _place(cursor)
    until = timezone.now() - SETTLED
    changed = _book(organization).filter(changed_at__lte=until)
    changed = changed.filter(Q(changed_at__gt=at) | Q(changed_at=at, pk__gt=pk))
    rows = list(changed.order_by("changed_at", "pk")[: limit + 1])
    more, rows = len(rows) > limit, rows[:limit]
    end = rows[-1].changed_at if more else until
    gone = DeletedAddress.objects.filter(organization=organization, at__gt=at, at__lte=end)
    next_cursor = f"{end.timestamp():.6f}.{rows[-1].pk}" if more else f"{end.timestamp():.6f}.0"
    return Changes(rows, list(gone.order_by("at", "pk")), next_cursor, more)


def _book(organization: Organization) -> QuerySet[Contact]:
    contacts = Contact.objects.filter(organization=organization, owner=None)
    return contacts.prefetch_related("data", "external_ids")


def _place(cursor: str) -> tuple[datetime, int]:
    """Return time and id of a cursor of ours."""
    if not cursor:
        return datetime(2000, 1, 1, tzinfo=UTC), 0
    seconds, micros, pk = cursor.split(".")
    at = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros))
    return at, int(pk)
