"""The audit log as people read it, and as a spreadsheet does."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import AuditEntry
from accounts.verbs import verb_words
from flow.exports import by_pages

COLUMNS = ("id", "at", "actor", "actor_id", "verb", "about", "ip", "data")
FORMULA = frozenset("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")  # what a spreadsheet begins to reckon at
_BEGIN = FORMULA - set("\t\r\0")
_SEPARATOR = re.compile(r"([;|\t\r\n])")
_BLANK = '"' + "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A row of the audit log in words; `changes` are name, before and after."""

    who: str
    what: str
    about: str
    at: datetime
    ip: str
    details: list[tuple[str, str]]
    changes: list[tuple[str, str, str]]


def show_entry(entry: AuditEntry, zone: ZoneInfo) -> ShownEntry:
    """Return a row in the reader's language and the organization's time."""
    data = dict(entry.data)
    before, after = data.pop("before", {}), data.pop("after", {})
    return ShownEntry(
        who=entry.actor.display_name if entry.actor else _("By itself, or a recipient"),
        what=verb_words(entry.verb),
        about=entry.about,
        at=entry.at.astimezone(zone),
        ip=entry.ip or "",
        details=[(_name(key), _value(value)) for key, value in data.items() if value != ""],
        changes=_changes(before, after),
    )


def audit_lines(rows: QuerySet[AuditEntry], zone: ZoneInfo) -> Iterator[str]:
    """Yield rows as CSV, newest first, in which nothing is a formula."""
    writer = csv.writer(Echo())
    yield str(writer.writerow(COLUMNS))
    for row in by_pages(rows, newest_first=True):
        cells = (
            row.pk,
            row.at.astimezone(zone).isoformat(),
            row.actor.email if row.actor else "",
            row.actor_id or "",
            row.verb,
            row.about,
            row.ip or "",
            json.dumps(row.data, ensure_ascii=False, sort_keys=True),
        )
        yield str(writer.writerow([safe_cell(str(cell)) for cell in cells]))


def safe_cell(text: str) -> str:
    """Return a cell of which no spreadsheet takes any part for a formula.

    Also not one that divides the line elsewhere (";" in Dutch): there quotes do not keep it whole.
    """
    first, *others = _SEPARATOR.split(text)
    text = first + "".join(map(_harmless, others))
    return f"'{text}" if text.lstrip()[:1] in FORMULA or text[:1] in FORMULA else text


def _harmless(part: str) -> str:
    """Return what stands behind a separator with a quote before what would be reckoned."""
    bare = part.lstrip(_BLANK)
    return f"{part.removesuffix(bare)}'{bare}" if bare[:1] in _BEGIN else part


class Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    names = sorted(before.keys() | after.keys())
    return [(_name(name), _value(before.get(name)), _value(after.get(name))) for name in names]


def _name(key: str) -> str:
    return key.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return "-" if value in {None, ""} else str(value)
