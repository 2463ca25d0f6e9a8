"""How contacts are shown. An access code never is: only that there is one, and its hint."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.policy import SMS
from accounts.render import Echo, safe_cell
from addresses.mail import show_address
from addresses.phone import show_phone
from addresses.text import visible_line
from contacts.entries import LEARNED, MANUAL, Overwriting
from contacts.models import Conflict, Contact, Datum, PastDatum, Proposal, StagedRow
from contacts.wording import row_sentence, verdict_words

EXPORT_COLUMNS = [
    *("email_address", "full_name", "phone_number", "access_code", "access_code_hint", "language"),
]


@dataclass(frozen=True, slots=True)
class ShownDatum:
    """A line of a contact: a number, or that there is an access code and its hint."""

    method: str
    phone: str
    hint: str
    source: str
    entered_at: datetime
    confirmed_at: datetime | None
    disputed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of an import, beside what the address book says."""

    number: int
    address: str
    name: str
    said: str
    stored: str
    verdict: str
    why: str
    typed: str


@dataclass(frozen=True, slots=True)
class ShownPast:
    """What a contact held before, and who ended that."""

    pk: int
    what: str
    source: str
    ended_at: datetime
    ended_by: str


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """What a system says against what the address book says."""

    pk: int
    contact_pk: int
    name: str
    address: str
    ours: str
    ours_from: str
    theirs: str
    system: str
    times: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """What a colleague proposes, beside what the address book says."""

    pk: int
    address: str
    name: str
    said: str
    stored: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A row of an address book."""

    pk: int
    name: str
    address: str
    is_domain: bool
    fixed: bool
    data: tuple[ShownDatum, ...]


def show_contact(contact: Contact) -> ShownContact:
    """Return what a person may see of a contact whose data is loaded."""
    order = list(Datum.Method.values)
    strongest_first = sorted(
        contact.data.all(), key=lambda datum: (order.index(datum.method), not datum.preferred)
    )
    return ShownContact(
        pk=contact.pk,
        name=contact.name,
        address=show_address(contact.address),
        is_domain=contact.is_domain,
        fixed=contact.fixed,
        data=tuple(_show_datum(datum) for datum in strongest_first),
    )


def source_text(source: str) -> str:
    """Return in words where a datum came from."""
    kind, _colon, system = source.partition(":")
    texts = {
        MANUAL: _("entered by hand"),
        LEARNED: _("learned when an email was sent"),
        "import": _("imported"),
        "sync": _("from %(system)s") % {"system": system},
    }
    return texts.get(kind, source)


def _show_datum(datum: Datum) -> ShownDatum:
    sms = datum.method == SMS
    return ShownDatum(
        method=datum.method,
        phone=show_phone(datum.e164) if sms else "",
        hint="" if sms else datum.open_code()[1],
        source=source_text(datum.source),
        entered_at=datum.entered_at,
        confirmed_at=datum.confirmed_at,
        disputed_at=datum.disputed_at,
    )


def samples_text(samples: Sequence[Sequence[str]]) -> str:
    """Return the first rows of a file as text."""
    return json.dumps([[visible_line(cell)[:60] for cell in row] for row in samples])


def show_row(row: StagedRow, base: int, contact: Contact | None) -> ShownRow:
    """Return a row of an import, as a person checks it."""
    return ShownRow(
        number=row.pk - base,
        address=show_address(row.address) if row.address else "",
        name=row.name,
        said=_values([row.phone, *row.more_phones.split()], has_code=bool(row.digest)),
        stored=_stored_values(contact),
        verdict=verdict_words(row.verdict),
        why=row_sentence(row.reason, row.typed),
        typed=row.typed,
    )


def show_past(past: PastDatum) -> ShownPast:
    """Return what a contact held before; of an access code, that there was one."""
    phone = show_phone(past.phone_number) if past.phone_number else ""
    by = past.ended_by.display_name if past.ended_by else source_text(past.ended_source)
    return ShownPast(
        pk=past.pk,
        what=past.name or phone or _("an access code"),
        source=source_text(past.source),
        ended_at=past.ended_at,
        ended_by=by,
    )


def show_conflict(conflict: Conflict) -> ShownConflict:
    """Return a conflict whose contact is loaded with its data."""
    contact = conflict.contact
    ours = next(
        (d for d in contact.data.all() if d.method == conflict.method and d.preferred), None
    )
    actor = ours.actor.display_name if ours is not None and ours.actor else ""
    return ShownConflict(
        pk=conflict.pk,
        contact_pk=contact.pk,
        name=contact.name or show_address(contact.address),
        address=show_address(contact.address),
        ours=_values([ours.e164], has_code=ours.method != SMS) if ours else "",
        ours_from=actor or (source_text(ours.source) if ours else ""),
        theirs=_values([conflict.phone_number], has_code=conflict.method != SMS),
        system=source_text(conflict.source),
        times=conflict.times,
        since=conflict.first_at,
    )


def show_proposal(proposal: Proposal) -> ShownProposal:
    """Return a proposal whose contact is loaded with its data."""
    entry = proposal.entry()
    return ShownProposal(
        pk=proposal.pk,
        address=show_address(entry.address),
        name=entry.name,
        said=_values(entry.phones, has_code=bool(entry.code)),
        stored=_stored_values(proposal.contact),
        who=proposal.actor.display_name,
        at=proposal.at,
    )


def _values(phones: Sequence[str], *, has_code: bool) -> str:
    shown = [show_phone(phone) for phone in phones if phone]
    return ", ".join([*shown, *([_("Access code")] if has_code else [])])


def _stored_values(contact: Contact | None) -> str:
    if contact is None:
        return ""
    data = show_contact(contact).data
    return _values_of(data)


def _values_of(data: Sequence[ShownDatum]) -> str:
    return ", ".join(datum.phone or _("Access code") for datum in data)


def export_lines(contacts: Iterable[Contact]) -> Iterator[str]:
    """Yield a book as CSV in the form that an import takes. Access codes are never shown."""
    writer = csv.writer(Echo())
    yield str(writer.writerow(EXPORT_COLUMNS))
    for contact in contacts:
        data = show_contact(contact).data
        hint = next((datum.hint for datum in data if not datum.phone), "")
        numbers = [datum.e164 for datum in contact.data.all() if datum.phone_number]
        cells = [contact.address, contact.name, " ::: ".join(numbers), "", hint]
        cells.append(contact.language)
        yield str(writer.writerow([safe_cell(cell) for cell in cells]))


def overwriting_sentence(found: Overwriting, who: str) -> str:
    """Return who keeps overwriting what of whom, and who entered it."""
    values = {
        "system": found.system or _("An import"),
        "who": who,
        "times": found.times,
        "day": formats.date_format(found.since, "j F"),
        "actor": found.actor_name,
    }
    if found.method == SMS and found.actor_name:
        text = _(
            "System %(system)s keeps overwriting the number of %(who)s (%(times)d times since "
            "%(day)s), entered by %(actor)s."
        )
    elif found.method == SMS:
        text = _(
            "System %(system)s keeps overwriting the number of %(who)s (%(times)d times since "
            "%(day)s)."
        )
    else:
        text = _(
            "System %(system)s keeps overwriting the access code of %(who)s (%(times)d times "
            "since %(day)s)."
        )
    return text % values
