"""What other systems do to people and shared mailboxes (SCIM): make, change and remove them."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from accounts.access import account_in, owns_domain_of
from accounts.models import Alias, ApiKey, Delegation, Organization, Role, SignInSession, User
from accounts.provisioning import Wanted

FIELDS = {"name": "name", "nick_name": "nick_name", "external_id": "external_id"}


class Refusal(Exception):
    """A request is refused: `status` is the one of RFC 7644, `kind` its scimType."""

    def __init__(self, status: int, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


@transaction.atomic
def use_key_for_people(pk: int, budget: int, seconds: int) -> bool:
    """Count a request of a key; tell whether it was within the budget of these seconds."""
    now = timezone.now()
    row = ApiKey.objects.select_for_update().get(pk=pk)
    if row.people_at is None or (now - row.people_at).total_seconds() >= seconds:
        row.people_at, row.people_count = now, 0
    row.people_count += 1
    row.last_used_at = now
    row.save(update_fields=["people_at", "people_count", "last_used_at"])
    return row.people_count <= budget


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
def change(key: ApiKey, user: User, wanted: Wanted) -> User:
    """Change what another system speaks of; the rest stays. Raises Refusal."""
    organization = _locked(key)
    user.refresh_from_db()
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
    had_admin = _has_admin(organization)
    user.name = user.display_name
    user.email = f"{user.uid}@removed.invalid"
    user.is_active = user.is_editor = user.is_policy_admin = user.is_auditor = False
    user.removed_at = timezone.now()
    user.set_unusable_password()
    user.save()
    user.aliases.all().delete()
    Delegation.objects.filter(Q(owner=user) | Q(delegate=user)).delete()
    Authenticator.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    SignInSession.objects.filter(user=user).delete()
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
    for address in kept:
        _require_own(user.organization, address)
        if _holder(address, user) is not None:
            text = f"Error creating alias: Alias is already taken for {address}"
            raise Refusal(409, text, "uniqueness")
    user.aliases.exclude(address__in=kept).delete()
    known = set(user.aliases.values_list("address", flat=True))
    Alias.objects.bulk_create(
        Alias(user=user, address=address) for address in kept if address not in known
    )


def _set_delegates(user: User, named: tuple[str, ...]) -> None:
    people = [_delegate(user, name) for name in named]
    user.delegations.exclude(delegate__in=people).delete()
    for person in people:
        Delegation.objects.get_or_create(owner=user, delegate=person)


def _delegate(user: User, name: str) -> User:
    found = account_in(user.organization, name)
    if found is None:
        raise Refusal(400, f"Unknown account with uuid: {name[:200]}", "invalidValue")
    if found == user:
        raise Refusal(400, "An account is no delegate of its own", "invalidValue")
    return found


def _require_address(organization: Organization, address: str, own: User | None) -> None:
    _require_own(organization, address)
    if _holder(address, own) is not None:
        raise Refusal(409, f"Account already exists: {address}", "uniqueness")


def _require_own(organization: Organization, address: str) -> None:
    if not owns_domain_of(organization, address):
        raise Refusal(400, "Account is outside the organization", "invalidValue")


def _holder(address: str, but: User | None) -> User | None:
    """Return who else has this address, as their own or as an alias."""
    holders = User.objects.filter(Q(email=address) | Q(aliases__address=address))
    others = holders if but is None else holders.exclude(pk=but.pk)
    return others.first()


def _note(verb: str, key: ApiKey, user: User, **more: Any) -> None:
    audit.record(
        verb, str(user), organization_id=user.organization_id, key=key.pk, system=key.name, **more
    )
