"""Letting people in and out, what they may do, and who may finish whose drafts."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import audit
from accounts.access import owns_domain_of
from accounts.gateways import Letter
from accounts.models import ROLE_FIELDS, Alias, Delegation, Organization, Role, User
from addresses.mail import stored_form


class AddressTaken(Exception):
    """Somebody has this address already."""


class ForeignDomain(Exception):
    """The address is not in a domain of the organization."""


class LastAdmin(Exception):
    """Nobody would be left who may change this."""


class NotAColleague(Exception):
    """Nobody of the organization who may send has this address."""


@transaction.atomic
def invite_person(
    organization: Organization,
    email: str,
    *,
    name: str,
    roles: Collection[str],
    language: str,
    actor: User | None,
) -> User:
    """Let somebody in, and mail them how to sign in. Raises AddressTaken, ForeignDomain."""
    held = {field: role in roles for role, field in ROLE_FIELDS.items()}
    user = _new(organization, email, name=name, language=language, **held)
    send_invitation(user, actor=actor)
    return user


@transaction.atomic
def send_invitation(user: User, *, actor: User | None) -> None:
    """Mail somebody how to sign in; without an actor it is the organization that invites."""
    audit.note("invite_person", user, actor, roles=list(user.roles))
    link = f"{settings.BASE_URL}{reverse('account_login')}"
    shown = {"recipient_name": user.name, "email": user.email, "link": link}
    inviter = actor.display_name if actor else user.organization.name
    Letter(
        "invitation", user.organization, user.email, user.language, inviter=inviter, **shown
    ).send()


@transaction.atomic
def create_mailbox(
    organization: Organization, email: str, *, name: str, language: str, actor: User
) -> User:
    """Make an address whose drafts several people finish. Raises AddressTaken, ForeignDomain."""
    mailbox = _new(organization, email, name=name, language=language, is_mailbox=True)
    audit.note("create_mailbox", mailbox, actor)
    return mailbox


@transaction.atomic
def change_person(
    user: User, *, name: str, language: str, roles: Collection[str], actor: User
) -> bool:
    """Keep name, language and roles; tell whether anything differs. Raises LastAdmin."""
    locked = _locked(user)
    before = _shown(locked)
    locked.name, locked.language = name, language
    for role, field in ROLE_FIELDS.items():
        setattr(locked, field, role in roles)
    return _keep(locked, "change_person", before, actor)


@transaction.atomic
def set_active(user: User, *, active: bool, actor: User) -> bool:
    """Let somebody in again, or no longer; tell whether that differs. Raises LastAdmin."""
    locked = _locked(user)
    before = _shown(locked)
    locked.is_active = active
    verb = "enable_person" if active else "disable_person"
    return _keep(locked, verb, before, actor)


@transaction.atomic
def add_delegate(owner: User, address: str, *, actor: User) -> User:
    """Let a colleague finish the drafts of somebody, or of a mailbox. Raises NotAColleague."""
    colleagues = User.objects.holding(Role.SENDER, owner.organization_id).exclude(pk=owner.pk)
    delegate = colleagues.filter(email=stored_form(address)).first()
    if delegate is None:
        raise NotAColleague
    _made, is_new = Delegation.objects.get_or_create(owner=owner, delegate=delegate)
    if is_new:
        audit.note("add_delegate", owner, actor, delegate=delegate.pk)
    return delegate


@transaction.atomic
def remove_delegate(owner: User, delegate_id: int, *, actor: User) -> None:
    """Let a colleague finish these drafts no longer."""
    gone, _kinds = Delegation.objects.filter(owner=owner, delegate=delegate_id).delete()
    if gone:
        audit.note("remove_delegate", owner, actor, delegate=delegate_id)


def _new(organization: Organization, email: str, **fields: Any) -> User:
    if not owns_domain_of(organization, email):
        raise ForeignDomain
    if Alias.objects.filter(address=email).exists():
        raise AddressTaken
    try:
        with transaction.atomic():
            return User.objects.create_user(email, organization=organization, **fields)
    except IntegrityError as error:
        raise AddressTaken from error


def _locked(user: User) -> User:
    # Whoever takes away the rights of an admin waits for whoever does so at the same time.
    Organization.objects.select_for_update(no_key=True).get(pk=user.organization_id)
    return User.objects.get(pk=user.pk)


def _shown(user: User) -> Mapping[str, object]:
    return {
        "name": user.name,
        "language": user.language,
        "roles": list(user.roles),
        "active": user.is_active,
    }


def _keep(user: User, verb: str, before: Mapping[str, object], actor: User) -> bool:
    user.save(update_fields=["name", "language", "is_active", *ROLE_FIELDS.values()])
    if not User.objects.holding(Role.POLICY_ADMIN, user.organization_id).exists():
        raise LastAdmin
    return audit.note_change(verb, user, actor, before, _shown(user))
