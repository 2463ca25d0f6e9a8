"""Finds the accounts that other systems may know."""

import uuid
from collections.abc import Iterable

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Delegation, Organization, User
from accounts.provisioning import Filter, Unreadable
from addresses.mail import stored_form


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


def people_in(organization: Organization, names: Iterable[str]) -> dict[str, User]:
    """Return those of these ids and addresses that are a person's, each with the person."""
    keys = {name: _key(name) for name in names}
    ids = [key for key in keys.values() if isinstance(key, uuid.UUID)]
    addresses = [key for key in keys.values() if isinstance(key, str)]
    people = User.objects.filter(organization=organization, removed_at=None, is_mailbox=False)
    found = people.filter(Q(uid__in=ids) | Q(email__in=addresses))
    by_key: dict[uuid.UUID | str, User] = {}
    for person in found:
        by_key |= {person.uid: person, person.email: person}
    return {name: by_key[key] for name, key in keys.items() if key in by_key}


def _condition(wanted: Filter) -> Q:
    """Return what a filter asks for. Raises Unreadable."""
    if wanted.attribute == "displayname":
        return Q(name=wanted.value) | Q(name="", email=stored_form(wanted.value))
    if wanted.attribute == "active":
        return Q(is_active=wanted.value == "true")
    if wanted.attribute == "externalid":
        return Q(external_id=wanted.value)
    if wanted.attribute in {"id", "username"}:
        return _named(wanted.value)
    raise Unreadable(f"Invalid filter: {wanted.attribute}", "invalidFilter")


def _named(name: str) -> Q:
    """Return the condition that this id or address is the account's."""
    key = _key(name)
    return Q(uid=key) if isinstance(key, uuid.UUID) else Q(email=key)


def _key(name: str) -> uuid.UUID | str:
    """Return the id that this is, else the address; in neither is a NUL."""
    try:
        return uuid.UUID(name)
    except ValueError:
        return stored_form(name)
