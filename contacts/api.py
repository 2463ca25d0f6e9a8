"""The API by which other systems keep the organization's book in step (/api/v1/contacts)."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError
from ninja.params.functions import Header, Path, Query
from pydantic import BaseModel

from accounts.models import ApiKey
from contacts import access, actions
from contacts.actions import Synced
from contacts.models import Contact

MAX_BATCH = 10_000
CURSOR = r"^([0-9]{1,11}\.[0-9]{6}\.[0-9]{1,18})?$"

router = Router(tags=["contacts"])
known_router = Router(tags=["verification suggestions"])


NO_NUL = r"^[^\x00]*$"  # no database keeps one
Text = Annotated[str, Field(pattern=NO_NUL)]
ExternalId = Path(..., min_length=1, max_length=200, pattern=NO_NUL)
Seen = Header("", alias="If-Match", description="The ETag of what you saw, or * for any")


class ContactIn(BaseModel):
    """A contact as another system has it. Either of the two ids is enough for one that is known."""

    external_id: Text = Field("", max_length=200, description="The id in your system")
    email: Text = Field("", max_length=300, description="Or @example.org for a whole domain")
    name: Text = Field("", max_length=200)
    phones: list[Text] = Field(default_factory=list, max_length=5, description="Preferred first")
    access_code: Text = Field("", max_length=64)
    access_code_hint: Text = Field("", max_length=200)
    language: Text = Field("", max_length=20, description="Of the mails to this person: nl or en")
    deleted: bool = False


class BatchIn(BaseModel):
    """Up to 10,000 contacts."""

    contacts: list[ContactIn] = Field(max_length=MAX_BATCH)


class ResultOut(Schema):
    """What became of a contact, in the order in which they were sent."""

    external_id: str
    email: str
    result: str = Field(description="created, changed, same, conflict, rejected, deleted, unknown")
    reason: str = ""


class BatchOut(Schema):
    """A result per contact."""

    results: list[ResultOut]


class PhoneOut(Schema):
    """A mobile number, with what we know of it."""

    number: str
    preferred: bool
    source: str
    proven: bool


class ContactOut(Schema):
    """A contact of the organization's book. Access codes are never shown."""

    external_ids: list[str]
    email: str
    name: str
    phones: list[PhoneOut]
    has_access_code: bool
    language: str
    changed_at: str


class ChangesOut(Schema):
    """What changed since a cursor; go on with `cursor`, at once where there is `more`."""

    contacts: list[ContactOut]
    deleted: list[str]
    cursor: str
    more: bool


class Problem(Schema):
    """What went wrong."""

    detail: Any


READING: dict[int, type[Schema]] = dict.fromkeys((400, 401, 404, 422, 429), Problem)
WRITING = READING | {413: Problem}
GUARDED = READING | {412: Problem}


@router.post("", response=WRITING | {200: BatchOut})
def upsert_contacts(request: HttpRequest, batch: BatchIn) -> dict[str, Any]:
    """Create and change contacts, by your own id or by address; the same again changes nothing."""
    return {"results": _sync(request, batch.contacts)}


@router.get("", response=READING | {200: ChangesOut})
def list_changes(
    request: HttpRequest,
    since: str = Query("", pattern=CURSOR, description="The cursor of an earlier answer"),
    limit: int = Query(500, ge=1, le=access.MAX_CHANGES),
) -> dict[str, Any]:
    """Return the contacts that changed since a cursor, oldest change first."""
    key = _key(request)
    found = access.changes_since(key.organization, since, limit)
    return {
        "contacts": [_shown(contact, key) for contact in found.contacts],
        "deleted": [row.address for row in found.deleted],
        "cursor": found.cursor,
        "more": found.more,
    }


@router.get("/{external_id}", response=READING | {200: ContactOut})
def get_contact(
    request: HttpRequest, response: HttpResponse, external_id: str = ExternalId
) -> dict[str, Any]:
    """Return the contact with your id."""
    key = _key(request)
    shown = _shown(access.synced_contact(key.organization, key.name, external_id), key)
    response["ETag"] = _etag(shown)
    return shown


@router.put("/{external_id}", response=WRITING | GUARDED | {200: ResultOut})
def put_contact(
    request: HttpRequest, contact: ContactIn, external_id: str = ExternalId, if_match: str = Seen
) -> dict[str, Any]:
    """Create or change the contact with your id; If-Match guards against changes meanwhile."""
    contact.external_id = external_id
    with _unchanged(request, external_id, if_match):
        return _sync(request, [contact])[0]


@router.delete("/{external_id}", response=GUARDED | {204: None})
def delete_contact(
    request: HttpRequest, external_id: str = ExternalId, if_match: str = Seen
) -> Status[None]:
    """Take away what you said about a contact; what people entered stays."""
    key = _key(request)
    with _unchanged(request, external_id, if_match):
        found = access.synced_contact(key.organization, key.name, external_id)
        actions.delete_synced(key.name, found)
    return Status(204, None)


class KnownIn(BaseModel):
    """A contact under the names that existing senders use; one number may stand alone."""

    third_party_id: Text = Field("", max_length=200)
    email_address: Text = Field("", max_length=300)
    full_name: Text = Field("", max_length=200)
    phone_numbers: list[Text] = Field(default_factory=list, max_length=5)
    phone_number: Text = ""
    access_code: Text = Field("", max_length=64)
    access_code_hint: Text = Field("", max_length=200)
    language: Text = Field("", max_length=20)
    deleted: bool = False


class KnownBatchIn(BaseModel):
    """Contacts under the names that existing senders use."""

    contacts: list[KnownIn] = Field(max_length=MAX_BATCH)


class KnownOut(Schema):
    """A contact under the names that existing senders use. Access codes are never shown."""

    third_party_id: str
    email_address: str
    full_name: str
    phone_numbers: list[str]


@known_router.patch("/contact_sync", response=WRITING | {200: BatchOut})
def contact_sync(
    request: HttpRequest,
    batch: KnownBatchIn | Annotated[list[KnownIn], Field(max_length=MAX_BATCH)] | KnownIn,
) -> dict[str, Any]:
    """Create, change and delete contacts: one, a list, or a list under `contacts`."""
    single = [batch] if isinstance(batch, KnownIn) else batch
    items = single.contacts if isinstance(single, KnownBatchIn) else single
    return {"results": _sync(request, [_from_known(item) for item in items])}


@known_router.get("/contact_sync/{third_party_id}", response=READING | {200: KnownOut})
def contact_synced(request: HttpRequest, third_party_id: str = ExternalId) -> dict[str, Any]:
    """Return the contact with your id, under the names that existing senders use."""
    key = _key(request)
    shown = _shown(access.synced_contact(key.organization, key.name, third_party_id), key)
    return {
        "third_party_id": third_party_id,
        "email_address": shown["email"],
        "full_name": shown["name"],
        "phone_numbers": [phone["number"] for phone in shown["phones"]],
    }


def _from_known(item: KnownIn) -> ContactIn:
    return ContactIn(
        external_id=item.third_party_id,
        email=item.email_address,
        name=item.full_name,
        phones=list(filter(None, [item.phone_number, *item.phone_numbers]))[:5],
        access_code=item.access_code,
        access_code_hint=item.access_code_hint,
        language=item.language,
        deleted=item.deleted,
    )


def _sync(request: HttpRequest, contacts: list[ContactIn]) -> list[dict[str, Any]]:
    key = _key(request)
    items = [
        Synced(
            external_id=item.external_id,
            address=item.email,
            name=item.name,
            phones=tuple(item.phones),
            code=item.access_code,
            hint=item.access_code_hint,
            language=item.language,
            deleted=item.deleted,
        )
        for item in contacts
    ]
    results = actions.sync_contacts(key.organization, key.name, items)
    return [
        {
            "external_id": item.external_id,
            "email": item.email,
            "result": result.result,
            "reason": result.reason,
        }
        for item, result in zip(contacts, results, strict=True)
    ]


@contextmanager
def _unchanged(request: HttpRequest, external_id: str, wanted: str) -> Iterator[None]:
    """Hold a contact while it is changed. Raises HttpError: it is not what the sender has seen."""
    if not wanted or wanted == "*":
        yield
        return
    key = _key(request)
    with actions.held(access.synced_contact(key.organization, key.name, external_id)):
        found = access.synced_contact(key.organization, key.name, external_id)
        if _etag(_shown(found, key)) not in [tag.strip() for tag in wanted.split(",")]:
            raise HttpError(412, "the contact has changed meanwhile")
        yield


def _shown(contact: Contact, key: ApiKey) -> dict[str, Any]:
    ours = f"sync:{key.name}"
    data = sorted(contact.data.all(), key=lambda datum: (not datum.preferred, datum.pk))
    return {
        "external_ids": [
            link.external_id for link in contact.external_ids.all() if link.source == ours
        ],
        "email": contact.address,
        "name": contact.name,
        "phones": [
            {
                "number": datum.e164,
                "preferred": datum.preferred,
                "source": datum.source,
                "proven": datum.confirmed_at is not None,
            }
            for datum in data
            if datum.phone_number
        ],
        "has_access_code": any(not datum.phone_number for datum in data),
        "language": contact.language,
        "changed_at": contact.changed_at.isoformat(),
    }


def _etag(shown: dict[str, Any]) -> str:
    return f'"{hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]}"'


def _key(request: HttpRequest) -> ApiKey:
    key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by the API object
    return key
