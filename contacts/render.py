"""How contacts are shown. An access code never is: only that there is one, and its hint."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.policy import SMS
from addresses.mail import show_domain
from addresses.phone import show_phone
from contacts.entries import LEARNED, MANUAL
from contacts.models import Contact, Datum


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


def show_address(address: str) -> str:
    """Return a stored address, or a whole domain, as a person reads it."""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{show_domain(domain)}"


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
    return json.dumps([[cell[:60] for cell in row] for row in samples])
