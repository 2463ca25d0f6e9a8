"""Conflicts, locks and proposals: who may see and decide them; and who keeps overwriting what."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.policy import PROPOSE
from contacts.access.books import may_edit_organization_book
from contacts.entries import Overwriting
from contacts.models import Conflict, Contact, Datum, FieldLock, Proposal
from contacts.states import OPEN
from flow.paging import Page, id_in, page_by_id

AGAIN = 2
MAX_TICKED = 1000

Row = TypeVar("Row", bound=models.Model)


def overwritten(
    organization_id: int, owner_id: int, addresses: Collection[str]
) -> dict[str, Overwriting]:
    """Return which of these addresses a system keeps overwriting; two queries at most."""
    books = Q(contact__owner=owner_id) | Q(contact__owner=None)
    conflicts = Conflict.objects.filter(
        books,
        organization=organization_id,
        contact__address__in=set(addresses),
        state=OPEN,
        times__gte=AGAIN,
    ).select_related("contact")
    rows = list(conflicts.order_by("pk"))
    actors = _actors({row.contact_id for row in rows}) if rows else {}
    return {
        row.contact.address: Overwriting(
            row.source.partition(":")[2],
            row.method,
            row.times,
            row.first_at,
            actors.get((row.contact_id, row.method), ""),
        )
        for row in rows
    }


def conflicts_of(user: User) -> QuerySet[Conflict]:
    """Return the open conflicts that this person may decide."""
    own = Q(contact__owner=user)
    if may_edit_organization_book(user):
        own |= Q(contact__owner=None)
    rows = Conflict.objects.filter(own, organization=user.organization_id, state=OPEN)
    return rows.select_related("contact")


def conflicts_page(user: User, source: str, after: str) -> Page[Conflict]:
    """Return open conflicts, newest first; of one system where a source is given."""
    rows = conflicts_of(user)
    if source:
        rows = rows.filter(source=source)
    return page_by_id(rows.prefetch_related("contact__data__actor"), after)


def conflict_sources(user: User) -> list[tuple[str, int]]:
    """Return the systems that open conflicts come from, with their counts."""
    counted = conflicts_of(user).values_list("source").annotate(Count("pk")).order_by("source")
    return [(source, count) for source, count in counted]


def locks_of(user: User, contact: Contact) -> list[FieldLock]:
    """Return the locks of a contact that this person sees."""
    return (
        list(contact.locks.order_by("pk"))
        if contact.organization_id == user.organization_id
        else []
    )


def lock_for(user: User, pk: int) -> FieldLock:
    """Return a lock that this person may take off. Raises Http404."""
    own = Q(contact__owner=user)
    if may_edit_organization_book(user):
        own |= Q(contact__owner=None)
    locks = FieldLock.objects.filter(own, contact__organization=user.organization_id)
    found = locks.select_related("contact").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may_propose(user: User) -> bool:
    """Tell whether this person proposes changes of the organization's book."""
    return not may_edit_organization_book(user) and user.policy.organization_book == PROPOSE


def proposals_of(user: User) -> QuerySet[Proposal]:
    """Return the open proposals: all for those who decide, else the person's own."""
    rows = Proposal.objects.filter(organization=user.organization_id, state=OPEN)
    if not may_edit_organization_book(user):
        rows = rows.filter(actor=user)
    return rows.select_related("actor", "contact").prefetch_related("contact__data")


def proposals_to_decide(user: User) -> QuerySet[Proposal]:
    """Return the open proposals that this person may accept or refuse."""
    rows = proposals_of(user)
    return rows if may_edit_organization_book(user) else rows.none()


def proposals_page(user: User, after: str) -> Page[Proposal]:
    """Return open proposals, newest first."""
    return page_by_id(proposals_of(user), after)


def chosen(rows: QuerySet[Row], keys: Iterable[str]) -> list[Row]:
    """Return the rows that were ticked on a page."""
    ids = [pk for pk in map(id_in, keys) if pk is not None]
    return list(rows.filter(pk__in=ids[:MAX_TICKED]))


def _actors(contact_ids: Collection[int]) -> dict[tuple[int, str], str]:
    data = Datum.objects.filter(contact__in=contact_ids, preferred=True).select_related("actor")
    return {
        (datum.contact_id, datum.method): datum.actor.display_name for datum in data if datum.actor
    }
