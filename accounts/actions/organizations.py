"""Making an organization."""

from django.db import transaction

from accounts import audit
from accounts.models import Domain, Organization
from accounts.policy import Policy
from addresses.mail import normalize_domain


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
