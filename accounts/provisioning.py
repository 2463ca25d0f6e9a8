"""Reads what a SCIM client says about a person or a shared mailbox (RFC 7643, 7644). Pure.

Existing clients bend the rules: booleans come as texts, names of nested attributes with a dot or a
colon, lists of one as the one alone, and what is left out stays as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from addresses.mail import AddressError, normalize_address, stored_form
from addresses.text import visible_line

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ZIVVER = "urn:ietf:params:scim:schemas:zivver:0.1:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NO_DIVISION = "/"
LONGEST = 200
MOST = 500  # aliases or delegates of one account
MOST_OPERATIONS = 1000  # of one PATCH

ADD, REPLACE, REMOVE = "add", "replace", "remove"
_FILTER = re.compile(
    r'\s*([A-Za-z.]+)\s+eq\s+(?:"((?:[^"\\]|\\.)*)"|(true|false))\s*', re.IGNORECASE
)
_MEMBER = re.compile(r'members\[value eq "([^"]*)"\]', re.IGNORECASE)


class Unreadable(ValueError):
    """The client sent something that cannot be meant; `kind` is the scimType of RFC 7644, 3.12."""

    def __init__(self, text: str, kind: str = "invalidValue") -> None:
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client says about an account; None is what it does not speak of."""

    address: str | None = None
    name: str | None = None
    nick_name: str | None = None
    external_id: str | None = None
    active: bool | None = None
    aliases: tuple[str, ...] | None = None
    delegates: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """The one comparison that a list may be filtered by: this attribute is this text."""

    attribute: str
    value: str


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What to do with the members of a mailbox; `values` are ids or addresses, () is all."""

    operation: str
    values: tuple[str, ...]


def person_in(body: Mapping[str, Any]) -> Wanted:
    """Return what the body of a POST or PUT says about a person. Raises Unreadable."""
    ours = _mapping(body, ZIVVER)
    _refuse_division(body)
    return Wanted(
        address=_address(body.get("userName")),
        name=_name(body),
        nick_name=_line(body, "nickName"),
        external_id=_text(body, "externalId"),
        active=_flag(body["active"]) if body.get("active") is not None else None,
        aliases=_listed({**_mapping(body, f"{ZIVVER}:aliases"), **ours}, "aliases", _addresses),
        delegates=_listed(ours, "delegates", tuple),
    )


def mailbox_in(body: Mapping[str, Any]) -> Wanted:
    """Return what the body of a POST or PUT says about a mailbox. Raises Unreadable.

    Its address is `userName`, `externalId` or `displayName`, whichever is one first.
    """
    said = (body.get(key) for key in ("userName", "externalId", "displayName"))
    address = next((text for text in said if isinstance(text, str) and "@" in text), None)
    members = None
    if "members" in body:
        members = _few(tuple(_member_values(body["members"])), "members")
    return Wanted(
        address=_address(address),
        name=_line(body, "displayName"),
        external_id=_text(body, "externalId"),
        delegates=members,
    )


def patched(body: Mapping[str, Any], now: Wanted) -> Wanted:
    """Return what a PATCH makes of a person who is `now`. Raises Unreadable."""
    for operation, path, value in _operations(body):
        if operation == REMOVE:
            now = _without(now, path, value)
        else:
            now = _merge(now, operation, person_in(_as_body({path: value} if path else value)))
    return now


def member_changes(body: Mapping[str, Any]) -> list[MemberChange]:
    """Return what a PATCH does with the members of a mailbox. Raises Unreadable."""
    changes = []
    for operation, path, value in _operations(body):
        one = _MEMBER.fullmatch(path)
        if one and operation == REMOVE:
            changes.append(MemberChange(REMOVE, (one.group(1),)))
        elif path == "members" or (not path and isinstance(value, Mapping) and "members" in value):
            found = value if path else value["members"]
            changes.append(MemberChange(operation, tuple(_member_values(found))))
        elif path not in {"displayName", "externalId", ""}:
            raise Unreadable(f"Invalid path: {path}", "invalidPath")
    return changes


def group_patched(body: Mapping[str, Any], members: tuple[str, ...]) -> Wanted:
    """Return what a PATCH makes of a mailbox that then has these members. Raises Unreadable."""
    said: dict[str, Any] = {}
    for operation, path, value in _operations(body):
        named = {path: value} if path else value
        if operation != REMOVE and isinstance(named, Mapping):
            said |= {key: named[key] for key in ("displayName", "externalId") if key in named}
    return Wanted(
        name=_line(said, "displayName"),
        external_id=_text(said, "externalId"),
        delegates=_few(members, "members"),
    )


def members_after(changes: Iterable[MemberChange], members: Iterable[str]) -> tuple[str, ...]:
    """Return the members after all changes, in a time that grows with what is named in them."""
    kept = dict.fromkeys(members)
    for change in changes:
        if change.operation == ADD:
            kept |= dict.fromkeys(change.values)
        elif change.operation == REMOVE and change.values:
            for value in change.values:
                kept.pop(value, None)
        else:
            kept = dict.fromkeys(change.values)
    return tuple(kept)


def read_filter(text: str) -> Filter | None:
    """Return the filter of a list, None for all. Raises Unreadable."""
    if not text.strip():
        return None
    found = _FILTER.fullmatch(text)
    if found is None:
        raise Unreadable(f"Invalid filter: {text[:LONGEST]}", "invalidFilter")
    value = found.group(2) if found.group(2) is not None else found.group(3).lower()
    return Filter(found.group(1).lower(), re.sub(r"\\(.)", r"\1", value))


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    operations = body.get("Operations", body.get("operations"))
    if not isinstance(operations, list) or not operations:
        raise Unreadable("Invalid body: no Operations", "invalidSyntax")
    if len(operations) > MOST_OPERATIONS:
        text = f"Too many Operations: {len(operations)}, at most {MOST_OPERATIONS} in a request"
        raise Unreadable(text, "tooMany")
    for each in operations:
        operation = str(each.get("op", "")).lower() if isinstance(each, Mapping) else ""
        if operation not in {ADD, REPLACE, REMOVE}:
            raise Unreadable(f"Invalid op: {operation[:LONGEST]}", "invalidSyntax")
        yield operation, str(each.get("path") or ""), each.get("value")


def _as_body(value: Any) -> dict[str, Any]:
    """Return the attributes of a PATCH nested as they are in a body."""
    if not isinstance(value, Mapping):
        raise Unreadable("Invalid value: no attributes", "invalidSyntax")
    body: dict[str, Any] = {}
    for path, each in value.items():
        if path.lower().startswith(f"{ZIVVER}:".lower()):
            body.setdefault(ZIVVER, {})[path.rpartition(":")[2]] = each
        else:
            body[path] = each
    return body


def _merge(now: Wanted, operation: str, said: Wanted) -> Wanted:
    named = {key: getattr(said, key) for key in Wanted.__slots__ if getattr(said, key) is not None}
    if operation == ADD:
        for key in {"aliases", "delegates"} & named.keys():
            added = tuple(dict.fromkeys((*(getattr(now, key) or ()), *named[key])))
            named[key] = _few(added, key)  # each operation looks at all of them
    return replace(now, **named)


def _without(now: Wanted, path: str, value: object) -> Wanted:
    """Return what is left: of a list without a value nothing."""
    attribute = path.rpartition(":")[2] if path.startswith("urn:") else path
    if attribute in {"aliases", "delegates"}:
        gone = {stored_form(text) or text for text in _texts(value, attribute)}
        left = [each for each in getattr(now, attribute) or () if gone and each not in gone]
        fields: dict[str, Any] = {attribute: tuple(left)}
        return replace(now, **fields)
    field = {"nickName": "nick_name", "externalId": "external_id"}.get(attribute)
    if field is None:
        raise Unreadable(f"Invalid path: {path[:LONGEST]}", "mutability")
    cleared: dict[str, Any] = {field: ""}
    return replace(now, **cleared)


def _refuse_division(body: Mapping[str, Any]) -> None:
    """Raise Unreadable for a division: organizations have none."""
    division = _mapping(body, ENTERPRISE).get("division", body.get("division"))
    if division not in (None, "", NO_DIVISION):
        raise Unreadable(f"Invalid division: {str(division)[:LONGEST]}")


def _mapping(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise Unreadable(f"Invalid {key}", "invalidSyntax")
    return value or {}


def _text(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"Invalid {key}")
    return value.strip()[:LONGEST] if value is not None else None


def _line(body: Mapping[str, Any], key: str) -> str | None:
    text = _text(body, key)
    return None if text is None else visible_line(text)


def _name(body: Mapping[str, Any]) -> str | None:
    parts = _mapping(body, "name")
    full = parts.get("formatted", parts.get("name.formatted", body.get("name.formatted")))
    if full is None and ("givenName" in parts or "familyName" in parts):
        full = f"{parts.get('givenName') or ''} {parts.get('familyName') or ''}"
    if full is None:
        return _line(body, "displayName")
    return _line({"name": full}, "name")


def _address(text: object) -> str | None:
    if text is None:
        return None
    try:
        return normalize_address(str(text))
    except AddressError as error:
        raise Unreadable(f"Invalid userName: {str(text)[:LONGEST]}") from error


def _flag(value: object) -> bool:
    word = str(value).strip().lower()
    if word not in {"true", "false"}:
        raise Unreadable(f"Invalid active: {word[:LONGEST]}")
    return word == "true"


def _listed(body: Mapping[str, Any], key: str, convert: Any) -> tuple[str, ...] | None:
    if key not in body:
        return None
    found: tuple[str, ...] = convert(_few(tuple(_texts(body[key], key)), key))
    return tuple(dict.fromkeys(found))


def _few(texts: tuple[str, ...], key: str) -> tuple[str, ...]:
    if len(texts) > MOST:
        raise Unreadable(f"Too many {key}: {len(texts)}, at most {MOST}", "tooMany")
    return texts


def _texts(value: object, key: str) -> Iterator[str]:
    """Yield the texts of a list, of one alone, or of a list inside an object of the same name."""
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, key)
    elif isinstance(value, Mapping) and (key in value or "value" in value):
        yield from _texts(value.get(key, value.get("value")), key)
    elif value is not None:
        raise Unreadable(f"Invalid {key}")


def _addresses(texts: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(normalize_address(text) for text in texts)
    except AddressError as error:
        raise Unreadable(f"Invalid alias: {str(error)[:LONGEST]}") from error


def _member_values(members: object) -> Iterator[str]:
    return _texts(members, "members")
