"""What every page knows: the support contact of the reader's organization, and the demo."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.access import elsewhere_is_offered, staying_is_offered
from accounts.models import Organization
from accounts.posted import handed_back


def page(request: HttpRequest) -> dict[str, Any]:
    """Return `support` (None for guests), `demo`, and what the sign-in page asks.

    `unsent` is what was typed in a form that is refused; the pages of refusals show it.
    """
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "support": support_of(user.organization) if signed_in and user else None,
        "demo": settings.DEMO,
        "staying_is_offered": staying_is_offered,  # called by the pages that ask
        "elsewhere_is_offered": elsewhere_is_offered,
        "unsent": SimpleLazyObject(lambda: handed_back(request)),
    }


def support_of(organization: Organization) -> dict[str, str] | None:
    """Return name, email and phone of who helps this organization's people, if there is one."""
    support = {
        "name": organization.support_name,
        "email": organization.support_email,
        "phone": organization.support_phone,
    }
    return support if any(support.values()) else None
