"""Finds the accounts that other systems may know."""

import uuid

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Delegation, Organization, User
from accounts.provisioning import Filter, Unreadable

ATTRIBUTES = {"username": "email", "externalid": "external_id", "id": "uid"}


def accounts_of(
    organization: Organization, wanted: Filter | None = None, *, mailboxes: bool = False
) -> QuerySet[User]:
    """Return the people, or the mailboxes, that other systems may know. Raises Unreadable."""
    rows = User.objects.filter(organization=organization, removed_at=None, is_mailbox=mailboxes)
    delegations = Delegation.objects.select_related("delegate").order_by("pk")
    rows = rows.order_by("pk").prefetch_related(Prefetch("delegations", delegations), "aliases")
    return rows if wanted is None else rows.filter(_condition(wanted))


def account_in(organization: Organization, name: str, *, mailbox: bool = False) -> User | None:
    """Return the person or mailbox with this id or address."""
    rows = accounts_of(organization, mailboxes=mailbox)
    return rows.filter(_named(name)).first()


def _condition(wanted: Filter) -> Q:
    """Return what a filter asks for. Raises Unreadable."""
    if wanted.attribute == "displayname":
        return Q(name=wanted.value) | Q(name="", email=wanted.value.lower())
    if wanted.attribute == "active":
        return Q(is_active=wanted.value == "true")
    field = ATTRIBUTES.get(wanted.attribute)
    if field is None:
        raise Unreadable(f"Invalid filter: {wanted.attribute}", "invalidFilter")
    if field == "external_id":
        return Q(external_id=wanted.value)
    return _named(wanted.value)


def _named(name: str) -> Q:
    """Return the condition that this id or address is the account's."""
    try:
        return Q(uid=uuid.UUID(name))
    except ValueError:
        return Q(email=name.strip().lower())
