"""How accounts look to a SCIM client (RFC 7643, 4)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import User
from accounts.provisioning import ENTERPRISE, GROUP, NO_DIVISION, USER, ZIVVER, Unreadable
from accounts.scim.door import Visit

Row = TypeVar("Row")
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def person(visit: Visit, user: User) -> dict[str, Any]:
    """Return a person; what other systems set and nobody may read is left out."""
    return {
        "schemas": [USER, ENTERPRISE, ZIVVER],
        "id": str(user.uid),
        **({"externalId": user.external_id} if user.external_id else {}),
        "meta": _meta(visit, user, "User"),
        "userName": user.email,
        "name": {"formatted": user.name},
        "nickName": user.nick_name,
        "phoneNumbers": [],
        "active": user.is_active,
        ENTERPRISE: {"division": NO_DIVISION},
        ZIVVER: {
            "aliases": [alias.address for alias in user.aliases.all()],
            "delegates": [each.delegate.email for each in user.delegations.all()],
        },
    }


def mailbox(visit: Visit, user: User) -> dict[str, Any]:
    """Return a shared mailbox as a group of the people who work in it."""
    return {
        "schemas": [GROUP],
        "id": str(user.uid),
        "externalId": user.external_id or user.email,
        "meta": _meta(visit, user, "Group"),
        "displayName": user.display_name,
        "members": [
            {"value": str(each.delegate.uid), "display": each.delegate.email}
            for each in user.delegations.all()
        ],
    }


def listed(
    visit: Visit,
    rows: Sequence[Row] | QuerySet[Any, Row],
    total: int,
    show: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """Return the part of a list that was asked for (RFC 7644, 3.4.2.4). Raises Unreadable."""
    first = max(1, _number(visit, "startIndex", 1))
    count = max(0, _number(visit, "count", total))
    begin = min(first - 1, total)
    part = [show(row) for row in rows[begin : min(begin + count, total)]]
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": first,
        "itemsPerPage": len(part),
        "Resources": part,
    }


def location(visit: Visit, kind: str, uid: object) -> str:
    """Return where a resource is; existing clients know the path without `/api`."""
    path = f"/scim/v2/{kind}s/{uid}"
    return f"{settings.BASE_URL}/api{path}" if visit.by_the_book else path


def _meta(visit: Visit, user: User, kind: str) -> dict[str, str]:
    made = user.created_at
    created = made.isoformat() if visit.by_the_book else made.date().isoformat()
    return {
        "resourceType": kind,
        "created": created,
        "location": location(visit, kind, user.uid),
    }


def _number(visit: Visit, name: str, default: int) -> int:
    text = visit.request.GET.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise Unreadable(f"Invalid {name}: {text[:20]}") from error
