"""Finds what a person signs in with, and where."""

import uuid
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Domain, IdentityProvider, SignInSession, User
from addresses.mail import AddressError, domain_of, normalize_address, normalize_domain


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person can sign in with beside a password or a code."""

    app: bool
    passkeys: list[Authenticator]
    codes_left: int | None

    @property
    def any(self) -> bool:
        """Whether there is a second factor."""
        return self.app or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    """Return a person's second factors."""
    rows = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = [row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES]
    return Factors(
        app=any(row.type == Authenticator.Type.TOTP for row in rows),
        passkeys=[row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else None,
    )


def sessions_of(user: User) -> QuerySet[SignInSession]:
    """Return the browsers in which this person is signed in, the newest first."""
    live = SignInSession.objects.filter(user=user, expire_date__gt=timezone.now())
    return live.order_by("-signed_in_at")


def identity_provider_of(address: str) -> IdentityProvider | None:
    """Return where somebody with this address signs in, None when here."""
    try:
        name = domain_of(normalize_address(address))
    except AddressError:
        return None
    rows = IdentityProvider.objects.exclude(domain__confirmed_at=None)
    return rows.filter(domain__name=name).first()


def identity_provider(uid: uuid.UUID) -> IdentityProvider:
    """Return an identity provider. Raises Http404."""
    found = IdentityProvider.objects.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def was_tried_by(row: IdentityProvider, admin: User) -> bool:
    """Tell whether this admin signed in by a provider as it is set now.

    For an admin with an address in another domain, whom it can never let in: whether anybody did.
    """
    proofs = SocialAccount.objects.filter(provider=str(row.uid), last_login__gte=row.changed_at)
    if domain_of(admin.email) == row.domain.name:
        proofs = proofs.filter(user=admin)
    return bool(proofs.exists())


def confirmed_domains_of(admin: User) -> list[Domain]:
    """Return the domains of an admin's organization that count."""
    domains = Domain.objects.filter(organization=admin.organization_id).exclude(confirmed_at=None)
    return list(domains.select_related("identity_provider").order_by("name"))


def confirmed_domain_named(name: str) -> Domain | None:
    """Return the domain that somebody has proven to have; None when nobody has."""
    try:
        wanted = normalize_domain(name)
    except AddressError:
        return None
    domains = Domain.objects.select_related("organization").exclude(confirmed_at=None)
    return domains.filter(name=wanted).first()


def confirmed_domain_of(admin: User, pk: int) -> Domain:
    """Return a domain of an admin's organization that counts. Raises Http404."""
    found = next((domain for domain in confirmed_domains_of(admin) if domain.pk == pk), None)
    if found is None:
        raise Http404
    return found


def elsewhere_is_offered() -> bool:
    """Tell whether any organization has a sign-in of its own; who signs in is not known."""
    return IdentityProvider.objects.exists()
