"""Shared mailboxes as groups of the people who work in them: `/Groups` and `/Groups/<id>`."""

import logging
from functools import partial
from typing import Any

from django.http import HttpResponse

from accounts.access import account_in, accounts_of
from accounts.actions import provisioning
from accounts.models import User
from accounts.provisioning import (
    REMOVE,
    Wanted,
    after,
    group_patched,
    mailbox_in,
    member_changes,
    read_filter,
)
from accounts.scim import shown
from accounts.scim.door import Visit, visited

log = logging.getLogger(__name__)


@visited("GET", "POST")
def groups(visit: Visit) -> HttpResponse:
    """List mailboxes, or make one."""
    if visit.method == "POST":
        made = provisioning.create(visit.key, mailbox_in(visit.body()), mailbox=True)
        made = _found(visit, str(made.uid))
        response = visit.answer(shown.mailbox(visit, made), status=201)
        response["Location"] = shown.location(visit, "Group", made.uid)
        return response
    wanted = read_filter(visit.request.GET.get("filter", ""))
    found = accounts_of(visit.organization, wanted, mailboxes=True)
    return visit.answer(shown.listed(visit, found, found.count(), partial(shown.mailbox, visit)))


@visited("GET", "PUT", "PATCH", "DELETE")
def group(visit: Visit, uid: str) -> HttpResponse:
    """Show, change or remove a mailbox."""
    found = _found(visit, uid)
    if visit.method == "DELETE":
        provisioning.remove(visit.key, found)
        return HttpResponse(status=204)
    if visit.method == "PUT":
        wanted = mailbox_in(visit.body())
        provisioning.change(visit.key, found, lambda _now: wanted)
    if visit.method == "PATCH":
        body = visit.body()
        provisioning.change(visit.key, found, lambda now: _patched(visit, body, now))
    if visit.method == "PATCH" and visit.by_the_book and "attributes" not in visit.request.GET:
        return HttpResponse(status=204)
    return visit.answer(shown.mailbox(visit, _found(visit, str(found.uid))))


def _patched(visit: Visit, body: dict[str, Any], mailbox: User) -> Wanted:
    """Return what a PATCH makes of a mailbox. Members may be named by id or by address."""
    members = tuple(str(each.delegate.uid) for each in mailbox.delegations.all())
    for change in member_changes(body):
        if change.operation == REMOVE and not change.values:
            log.info("%s: the key %s takes all members away", mailbox, visit.key.pk)
        members = after(change, members)
    return group_patched(body, members)


def _found(visit: Visit, uid: str) -> User:
    found = account_in(visit.organization, uid, mailbox=True)
    if found is None:
        raise provisioning.Refusal(404, f"Unknown group with uuid: {uid}")
    return found
