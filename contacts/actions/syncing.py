"""Contacts that another system keeps in step, known by its own ids."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Organization
from contacts import states
from contacts.access import report_rows
from contacts.actions.importing import forget_rows
from contacts.actions.runs import new_run, run_now
from contacts.actions.unsaying import unsay
from contacts.importer import Reader, Row
from contacts.models import Contact, ExternalId

MAX_NUMBERS = 5
DELETED, UNKNOWN = "deleted", "unknown"
_ROLES = ["email", "name", *["mobile"] * MAX_NUMBERS, "code", "hint", "language"]
_RESULTS = {states.NEW: "created"}


@dataclass(frozen=True, slots=True)
class Synced:
    """A contact as another system has it; without an address it names one that is known."""

    external_id: str = ""
    address: str = ""
    name: str = ""
    phones: tuple[str, ...] = ()
    code: str = ""
    hint: str = ""
    language: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a contact that was sent: created, changed, same, conflict, rejected ..."""

    result: str
    reason: str = ""


def sync_contacts(organization: Organization, system: str, items: Sequence[Synced]) -> list[Result]:
    """Bring the organization's book in step; the same again changes nothing.

    What a person entered or a recipient has proven is never replaced. Returns a result per item.
    """
    source = f"sync:{system}"
    known = _known(organization, source, items)
    results: dict[int, Result] = {}
    rows: list[tuple[int, Row]] = []
    policy = organization.policy
    reader = Reader(
        _ROLES, policy.default_country, domains=True, allows_sms_to=policy.allows_sms_to
    )
    at = _at(organization, [item.address for item in items if item.deleted and item.address])
    gone: list[Contact] = []
    for place, item in enumerate(items):
        contact = known.get(item.external_id)
        if item.deleted:
            found = contact or at.get(item.address)
            gone += [found] if found else []
            results[place] = Result(DELETED if found else UNKNOWN)
        else:
            address = item.address or (contact.address if contact else "")
            rows.append((place, reader.read(_cells(item, address))))
    unsay(gone, source)
    results |= _write(organization, source, rows)
    written = [(items[place], row.address) for place, row in rows if not row.rejected]
    _link(organization, source, written, known)
    return [results[place] for place in range(len(items))]


def delete_synced(system: str, contact: Contact) -> None:
    """Take away what a system said about a contact."""
    unsay([contact], f"sync:{system}")


def _write(
    organization: Organization, source: str, rows: Sequence[tuple[int, Row]]
) -> dict[int, Result]:
    if not rows:
        return {}
    run = new_run(organization, source)
    run_now(run, (row for _place, row in rows))
    told = {
        place: Result(_RESULTS.get(verdict, verdict), staged.reason)
        for (place, _row), (staged, verdict) in zip(rows, report_rows(run), strict=True)
    }
    forget_rows(run)
    if not any(run.counts.get(key) for key in (states.NEW, states.CHANGED)):
        run.delete()
    return told


def _cells(item: Synced, address: str) -> list[str]:
    phones = list(item.phones[:MAX_NUMBERS])
    padded = phones + [""] * (MAX_NUMBERS - len(phones))
    return [address, item.name, *padded, item.code, item.hint, item.language]


def _known(organization: Organization, source: str, items: Sequence[Synced]) -> dict[str, Contact]:
    ids = {item.external_id for item in items if item.external_id}
    links = ExternalId.objects.filter(
        organization=organization, source=source, external_id__in=ids
    ).select_related("contact")
    return {link.external_id: link.contact for link in links}


def _at(organization: Organization, addresses: Sequence[str]) -> dict[str, Contact]:
    """Return the contacts at these addresses, by the address as it was sent."""
    reader = Reader(["email"], "NL", domains=True)
    read = {address: reader.read([address]).address for address in addresses}
    contacts = Contact.objects.filter(
        organization=organization, owner=None, address__in=set(filter(None, read.values()))
    )
    by_address = {contact.address: contact for contact in contacts}
    return {sent: by_address[address] for sent, address in read.items() if address in by_address}


@transaction.atomic
def _link(
    organization: Organization,
    source: str,
    written: Sequence[tuple[Synced, str]],
    known: dict[str, Contact],
) -> None:
    """Keep the system's ids; a contact that has another address now leaves the old one."""
    wanted = {item.external_id: address for item, address in written if item.external_id}
    contacts = Contact.objects.filter(
        organization=organization, owner=None, address__in=set(wanted.values())
    )
    ids = dict(contacts.values_list("address", "pk"))
    moved = [
        contact
        for key, contact in known.items()
        if wanted.get(key, contact.address) != contact.address
    ]
    ExternalId.objects.bulk_create(
        [
            ExternalId(
                organization=organization, source=source, external_id=key, contact_id=ids[address]
            )
            for key, address in wanted.items()
            if address in ids
        ],
        update_conflicts=True,
        unique_fields=["organization", "source", "external_id"],
        update_fields=["contact"],
    )
    unsay(moved, source)
