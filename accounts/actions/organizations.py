"""Making an organization."""

from django.db import transaction

from accounts import audit
from accounts.actions.domains import DomainTaken
from accounts.actions.people import invite_person
from accounts.models import ROLE_FIELDS, Domain, Organization
from accounts.policy import Policy
from addresses.mail import normalize_address, normalize_domain


@transaction.atomic
def create_organization(
    name: str, domains: list[str], *, language: str = "nl", policy: Policy | None = None
) -> Organization:
    """Make a tenant with its mail domains. Raises AddressError for a domain that is none."""
    organization = Organization.objects.create(
        name=name, language=language, policy_data=(policy or Policy()).to_json()
    )
    Domain.objects.bulk_create(
        Domain(organization=organization, name=normalize_domain(domain)) for domain in domains
    )
    audit.record(
        "create_organization", f"organization:{organization.pk}", organization_id=organization.pk
    )
    return organization


@transaction.atomic
def open_organization(
    domain: str, admin: str, *, name: str = "", admin_name: str = "", language: str = "nl"
) -> Organization:
    """Make a tenant with one mail domain, and invite its first admin.

    Raises AddressError, DomainTaken, ForeignDomain, AddressTaken; then nothing was made.
    """
    wanted, address = normalize_domain(domain), normalize_address(admin)
    if Domain.objects.filter(name=wanted).exclude(confirmed_at=None).exists():
        raise DomainTaken
    organization = create_organization(name or wanted, [wanted], language=language)
    invite_person(
        organization, address, name=admin_name, roles=tuple(ROLE_FIELDS), language=language,
        actor=None,
    )  # fmt: skip
    return organization
