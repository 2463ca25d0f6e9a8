"""What people and shared mailboxes have in common: listed, made, shown, changed and removed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse

from accounts.access import account_in, accounts_of
from accounts.actions import provisioning
from accounts.models import User
from accounts.provisioning import Wanted, read_filter
from accounts.scim import shown
from accounts.scim.door import Visit


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of account: how a body of it is read, how a PATCH changes it, how it is shown."""

    name: str
    called: str
    read: Callable[[dict[str, Any]], Wanted]
    patched: Callable[[Visit, dict[str, Any], User], Wanted]
    show: Callable[[Visit, User], dict[str, Any]]
    is_mailbox: bool = False


def list_or_make(visit: Visit, kind: Kind) -> HttpResponse:
    """Answer GET and POST of a whole collection."""
    if visit.method == "POST":
        made = provisioning.create(visit.key, kind.read(visit.body()), mailbox=kind.is_mailbox)
        response = visit.answer(kind.show(visit, _found(visit, kind, str(made.uid))), status=201)
        response["Location"] = shown.location(visit, kind.name, made.uid)
        return response
    wanted = read_filter(visit.request.GET.get("filter", ""))
    found = accounts_of(visit.organization, wanted, mailboxes=kind.is_mailbox)
    return visit.answer(shown.listed(visit, found, found.count(), partial(kind.show, visit)))


def show_or_change(visit: Visit, kind: Kind, uid: str) -> HttpResponse:
    """Answer GET, PUT, PATCH and DELETE of one."""
    found = _found(visit, kind, uid)
    if visit.method == "DELETE":
        provisioning.remove(visit.key, found)
        return HttpResponse(status=204)
    if visit.method == "PUT":
        wanted = kind.read(visit.body())
        provisioning.change(visit.key, found, lambda _now: wanted)
    if visit.method == "PATCH":
        body = visit.body()
        provisioning.change(visit.key, found, lambda now: kind.patched(visit, body, now))
    return visit.answer(kind.show(visit, _found(visit, kind, str(found.uid))))


def _found(visit: Visit, kind: Kind, uid: str) -> User:
    found = account_in(visit.organization, uid, mailbox=kind.is_mailbox)
    if found is None:
        raise provisioning.Refusal(404, f"Unknown {kind.called} with uuid: {uid}")
    return found
