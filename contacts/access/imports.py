"""Imports, and the rows in them, for the people who may see them."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.http import Http404

from accounts.models import User
from accounts.policy import PERSONAL
from contacts.access.books import may_edit_organization_book
from contacts.models import Contact, ImportRun, StagedRow, first_row_id
from contacts.states import NEW, SAME, VERDICTS
from flow.paging import Page, page_by_id

ROWS_PER_PAGE = 50
ROWS_PER_READ = 1000  # of a report, which is read from end to end


def import_for(user: User, pk: int) -> ImportRun:
    """Return an import that this person may see: an own one, or one into a book they edit."""
    run = imports_of(user).select_related("organization", "actor").filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def imports_of(user: User) -> QuerySet[ImportRun]:
    """Return the imports that this person may see."""
    own = Q(owner=user)
    if may_edit_organization_book(user):
        own |= Q(owner=None)
    return ImportRun.objects.filter(own, organization=user.organization_id)


def imports_page(user: User, after: str) -> Page[ImportRun]:
    """Return imports, newest first."""
    return page_by_id(imports_of(user).select_related("actor"), after)


def may_import(user: User, book: str) -> bool:
    """Tell whether this person may import into a book."""
    return book == PERSONAL or may_edit_organization_book(user)


def staged_rows(run: ImportRun) -> QuerySet[StagedRow]:
    """Return the rows of an import, in order."""
    base = first_row_id(run.pk)
    return StagedRow.objects.filter(pk__gt=base, pk__lt=first_row_id(run.pk + 1)).order_by("pk")


def rows_page(
    run: ImportRun, verdict: str, after: str, size: int = ROWS_PER_PAGE
) -> Page[StagedRow]:
    """Return rows of one verdict (all where it is none), in the order of the file."""
    rows = staged_rows(run)
    if verdict in VERDICTS:
        rows = rows.filter(verdict=verdict)
    if after.isascii() and after.isdigit() and len(after) < 9:
        rows = rows.filter(pk__gt=first_row_id(run.pk) + int(after))
    found = list(rows[: size + 1])
    more = len(found) > size
    kept = found[:size]
    return Page(kept, str(kept[-1].pk - first_row_id(run.pk)) if more else "")


def stored_for(run: ImportRun, rows: list[StagedRow]) -> dict[str, Contact]:
    """Return what the book holds for the addresses of these rows."""
    contacts = Contact.objects.filter(
        organization=run.organization_id,
        owner=run.owner_id,
        address__in={row.address for row in rows},
    )
    return {contact.address: contact for contact in contacts.prefetch_related("data")}


def report_rows(run: ImportRun) -> Iterator[tuple[StagedRow, str]]:
    """Yield every row with its verdict, some in memory at a time."""
    after = ""
    while True:
        page = rows_page(run, "", after, ROWS_PER_READ)
        rows = list(page.rows)
        known = stored_for(run, [row for row in rows if not row.verdict])
        for row in rows:
            yield row, row.verdict or _verdict_afterwards(run, known.get(row.address))
        after = page.next_key
        if not after:
            return


def _verdict_afterwards(run: ImportRun, contact: Contact | None) -> str:
    return NEW if contact is not None and contact.run_id == run.pk else SAME
