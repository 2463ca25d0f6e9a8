"""What other systems do to people and shared mailboxes (SCIM): make, change and remove them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.access import people_in
from accounts.actions.leaving import take_away
from accounts.models import (
    Alias,
    ApiKey,
    Delegation,
    Domain,
    Organization,
    Role,
    User,
)
from accounts.provisioning import Wanted
from addresses.mail import domain_of

FIELDS = {"name": "name", "nick_name": "nick_name", "external_id": "external_id"}


class Refusal(Exception):
    """A request is refused: `status` is the one of RFC 7644, `kind` its scimType."""

    def __init__(self, status: int, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


@transaction.atomic
def create(key: ApiKey, wanted: Wanted, *, mailbox: bool = False) -> User:
    """Make a person, who signs in by a code or by their organization's own sign-in, or a mailbox.

    Raises Refusal.
    """
    organization = _locked(key)
    if not wanted.address:
        raise Refusal(400, "Missing userName", "invalidValue")
    _require_address(organization, wanted.address, None)
    user = User.objects.create_user(
        wanted.address,
        organization=organization,
        language=organization.language,
        is_mailbox=mailbox,
        is_active=wanted.active is not False,
    )
    _write(user, wanted)
    _note("create_account", key, user, mailbox=mailbox)
    return user


@transaction.atomic
def change(key: ApiKey, user: User, make: Callable[[User], Wanted]) -> User:
    """Change what another system speaks of; the rest stays. Raises Refusal.

    `make` says what is wanted of the account as it is then: nobody else changes it meanwhile.
    """
    organization = _locked(key)
    user.refresh_from_db()
    wanted = make(user)
    before, had_admin = present(user), _has_admin(organization)
    if wanted.address and wanted.address != user.email:
        _require_address(organization, wanted.address, user)
        user.email = wanted.address
        user.aliases.filter(address=user.email).delete()
    if wanted.active is not None:
        user.is_active = wanted.active
    _write(user, wanted)
    if had_admin:
        _require_admin(organization)
    after = present(user)
    changed = [name for name in Wanted.__slots__ if getattr(before, name) != getattr(after, name)]
    if changed:
        _note("change_account", key, user, changed=changed, active=user.is_active)
    return user


@transaction.atomic
def remove(key: ApiKey, user: User) -> None:
    """Take away address, ways to sign in, aliases and delegates; what they sent stays readable."""
    organization = _locked(key)
    user.refresh_from_db()
    had_admin = _has_admin(organization)
    take_away(user)
    _note("remove_account", key, user)
    if had_admin:
        _require_admin(organization)


def present(user: User) -> Wanted:
    """Return how an account is, in the words in which another system may speak of it."""
    return Wanted(
        address=user.email,
        name=user.name,
        nick_name=user.nick_name,
        external_id=user.external_id,
        active=user.is_active,
        aliases=tuple(Alias.objects.filter(user=user).values_list("address", flat=True)),
        delegates=tuple(user.delegations.order_by("pk").values_list("delegate__email", flat=True)),
    )


def _locked(key: ApiKey) -> Organization:
    """Return the organization, in which nobody else makes or changes accounts meanwhile."""
    return Organization.objects.select_for_update().get(pk=key.organization_id)


def _has_admin(organization: Organization) -> bool:
    return User.objects.holding(Role.POLICY_ADMIN, organization.pk).exists()


def _require_admin(organization: Organization) -> None:
    """Raise Refusal when nobody is left who may change the policy."""
    if not _has_admin(organization):
        raise Refusal(400, "The last admin of an organization stays", "mutability")


def _write(user: User, wanted: Wanted) -> None:
    for field, said in FIELDS.items():
        text = getattr(wanted, said)
        if text is not None:
            setattr(user, field, text)
    user.save()
    if wanted.aliases is not None:
        _set_aliases(user, wanted.aliases)
    if wanted.delegates is not None:
        _set_delegates(user, wanted.delegates)


def _set_aliases(user: User, addresses: tuple[str, ...]) -> None:
    kept = [address for address in addresses if address != user.email]
    _require_own(user.organization, kept)
    for address in sorted(_held_by_others(kept, user)):
        text = f"Error creating alias: Alias is already taken for {address}"
        raise Refusal(409, text, "uniqueness")
    user.aliases.exclude(address__in=kept).delete()
    known = set(user.aliases.values_list("address", flat=True))
    Alias.objects.bulk_create(
        Alias(user=user, address=address) for address in kept if address not in known
    )


def _set_delegates(user: User, named: tuple[str, ...]) -> None:
    found = people_in(user.organization, named)
    for name in named:
        if name not in found:
            raise Refusal(400, f"Unknown account with uuid: {name[:200]}", "invalidValue")
        if found[name] == user:
            raise Refusal(400, "An account is no delegate of its own", "invalidValue")
    people = {found[name].pk: found[name] for name in named}
    user.delegations.exclude(delegate__in=people).delete()
    Delegation.objects.bulk_create(
        (Delegation(owner=user, delegate=person) for person in people.values()),
        ignore_conflicts=True,
    )


def _require_address(organization: Organization, address: str, own: User | None) -> None:
    _require_own(organization, [address])
    if _held_by_others([address], own):
        raise Refusal(409, f"Account already exists: {address}", "uniqueness")


def _require_own(organization: Organization, addresses: Sequence[str]) -> None:
    wanted = {domain_of(address) for address in addresses}
    domains = Domain.objects.filter(organization=organization, name__in=wanted)
    if domains.exclude(confirmed_at=None).count() < len(wanted):
        raise Refusal(400, "Account is outside the organization", "invalidValue")


def _held_by_others(addresses: Sequence[str], user: User | None) -> set[str]:
    """Return those of these addresses that somebody else has, as their own or as an alias."""
    own = 0 if user is None else user.pk
    accounts = User.objects.filter(email__in=addresses).exclude(pk=own)
    aliases = Alias.objects.filter(address__in=addresses).exclude(user=own)
    held = aliases.values_list("address", flat=True)
    return {*accounts.values_list("email", flat=True), *held}


def _note(verb: str, key: ApiKey, user: User, **more: Any) -> None:
    audit.record(
        verb, str(user), organization_id=user.organization_id, key=key.pk, system=key.name, **more
    )
