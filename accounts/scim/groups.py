"""Shared mailboxes as groups of the people who work in them: `/Groups` and `/Groups/<id>`."""

import logging
from typing import Any

from django.http import HttpResponse

from accounts.models import User
from accounts.provisioning import (
    REMOVE,
    Wanted,
    group_patched,
    mailbox_in,
    member_changes,
    members_after,
)
from accounts.scim import shown
from accounts.scim.door import Visit, visited
from accounts.scim.kinds import Kind, list_or_make, show_or_change

log = logging.getLogger(__name__)


@visited("GET", "POST")
def groups(visit: Visit) -> HttpResponse:
    """List mailboxes, or make one."""
    return list_or_make(visit, MAILBOX)


@visited("GET", "PUT", "PATCH", "DELETE")
def group(visit: Visit, uid: str) -> HttpResponse:
    """Show, change or remove a mailbox."""
    response = show_or_change(visit, MAILBOX, uid)
    if visit.method == "PATCH" and visit.by_the_book and "attributes" not in visit.request.GET:
        return HttpResponse(status=204)
    return response


def _patched(visit: Visit, body: dict[str, Any], mailbox: User) -> Wanted:
    """Return what a PATCH makes of a mailbox. Members may be named by id or by address."""
    members = (str(each.delegate.uid) for each in mailbox.delegations.all())
    changes = member_changes(body)
    if any(change.operation == REMOVE and not change.values for change in changes):
        log.info("%s: the key %s takes all members away", mailbox, visit.key.pk)
    return group_patched(body, members_after(changes, members))


MAILBOX = Kind("Group", "group", mailbox_in, _patched, shown.mailbox, is_mailbox=True)
