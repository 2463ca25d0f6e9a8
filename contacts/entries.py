"""What a person enters about a contact, and a deleted contact that can still come back. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

MANUAL, LEARNED = "manual", "learned"
LANGUAGE = "language"  # what a contact held before that is no datum


def code_text(code: str, hint: str) -> str:
    """Return an access code and its hint as they are sealed together."""
    return json.dumps([code, hint])


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """A contact as entered: normalized address (or "@example.org"), E.164 numbers or none.

    `book` is accounts.policy.PERSONAL or ORGANIZATION and counts at creation only.
    `code`: None keeps the stored access code, "" removes it.
    """

    book: str
    address: str
    name: str = ""
    phone: str = ""
    more_phones: tuple[str, ...] = ()
    code: str | None = None
    hint: str = ""
    fixed: bool = False
    language: str = ""

    @property
    def phones(self) -> list[str]:
        """Its numbers, the preferred one first."""
        return list(dict.fromkeys(filter(None, (self.phone, *self.more_phones))))


@dataclass(frozen=True, slots=True)
class DeletedDatum:
    """Verification data of a deleted contact; `secret` is an E.164 number or an access code."""

    method: str
    secret: str
    hint: str
    source: str
    actor_id: int | None
    entered_at: datetime
    confirmed_at: datetime | None
    preferred: bool = True


@dataclass(frozen=True, slots=True)
class DeletedContact:
    """All that is needed to put a deleted contact back."""

    organization_id: int
    owner_id: int | None
    address: str
    name: str
    fixed: bool
    data: Sequence[DeletedDatum]
    language: str = ""


def to_text(deleted: DeletedContact) -> str:
    """Return the deleted contact as JSON, its times in ISO 8601."""
    return json.dumps(asdict(deleted), default=datetime.isoformat)


def from_text(text: str) -> DeletedContact:
    """Return the deleted contact that `to_text` was given."""
    fields: dict[str, Any] = json.loads(text)
    data = tuple(_datum(datum) for datum in fields.pop("data"))
    return DeletedContact(**fields, data=data)


def _datum(fields: dict[str, Any]) -> DeletedDatum:
    times = {
        name: datetime.fromisoformat(fields[name]) if fields[name] else None
        for name in ("entered_at", "confirmed_at")
    }
    return DeletedDatum(**fields | times)


@dataclass(frozen=True, slots=True)
class Overwriting:
    """A system that says something else about a contact, again and again."""

    system: str
    method: str
    times: int
    since: datetime
    actor_name: str
