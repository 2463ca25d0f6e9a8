"""Finds people and organizations: by an address, by a peer, by a signed-in request."""

import hashlib
import ipaddress
import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import ApiKey, Domain, Organization, User
from addresses.mail import domain_of
from addresses.peers import Address, networks_in

log = logging.getLogger(__name__)

RECENT = 15 * 60  # seconds in which a proof of who somebody is counts as fresh
Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def user_of(request: HttpRequest) -> User:
    """Return the signed-in person; only for views behind `login_required`."""
    return cast(User, request.user)


def recently_signed_in(view: View[Rest]) -> View[Rest]:
    """Pass those who proved a moment ago who they are; the others prove it again, then go on.

    For pages that change a policy, a key or how somebody signs in. A POST goes on too, except for
    a person who has neither password nor second factor and so signs in anew.
    """

    @wraps(view)
    def asking(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        if _proved_recently(request):
            return view(request, *args, **kwargs)
        if request.user.is_authenticated and get_reauthentication_flows(request.user):
            raise ReauthenticationRequired
        logout(request)
        return redirect_to_login(request.get_full_path())

    return asking


def _proved_recently(request: HttpRequest) -> bool:
    if not request.user.is_authenticated:
        return False
    proofs = get_authentication_records(request, request.user)
    return bool(proofs) and time.time() - proofs[-1]["at"] < RECENT


def staying_is_offered() -> bool:
    """Tell whether any organization lets its people stay signed in; who signs in is not known."""
    return Organization.objects.filter(policy_data__keep_signed_in_days__gt=0).exists()


def sender_by_address(address: str) -> User | None:
    """Return the active user with this normalized address."""
    users = User.objects.select_related("organization")
    return users.filter(email=address, is_active=True).first()


def organization_for_peer(ip: str) -> Organization | None:
    """Return the organization that trusts this peer to hand in its mail without a login.

    A peer that two organizations claim is trusted by neither.
    """
    try:
        peer = ipaddress.ip_address(ip)
    except ValueError:
        return None
    claims = [
        organization
        for organization in Organization.objects.exclude(trusted_networks=[])
        if _trusts(organization, peer)
    ]
    return claims[0] if len(claims) == 1 else None


def _trusts(organization: Organization, peer: Address) -> bool:
    """Tell whether the peer is in a trusted network; what is no network trusts nobody."""
    networks, unreadable = networks_in(organization.trusted_networks)
    if unreadable:
        count = len(unreadable)
        log.warning("organization:%s has %s unreadable trusted networks", organization.pk, count)
    return any(peer in network for network in networks)


def owns_domain_of(organization: Organization, address: str) -> bool:
    """Tell whether the address lies in one of the organization's domains."""
    domains = Domain.objects.filter(organization=organization, name=domain_of(address))
    return domains.exclude(confirmed_at=None).exists()


def organization_of_domain(name: str) -> Organization | None:
    """Return the organization whose mail domain this is."""
    domains = Domain.objects.select_related("organization").exclude(confirmed_at=None)
    found = domains.filter(name=name.lower()).first()
    return found.organization if found else None


def hash_api_key(key: str) -> str:
    """Return the form in which a key is stored: it is long and random, so one hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def api_key_for(key: str) -> ApiKey | None:
    """Return the live key that another system sent."""
    keys = ApiKey.objects.select_related("organization").filter(revoked_at=None)
    return keys.filter(key_hash=hash_api_key(key)).first()


def api_keys_of(user: User) -> list[ApiKey]:
    """Return the keys of an admin's organization, newest first. Raises Http404 for others."""
    if not user.is_policy_admin:
        raise Http404
    return list(ApiKey.objects.filter(organization=user.organization_id).order_by("-pk")[:100])


def api_key_to_revoke(user: User, pk: int) -> ApiKey:
    """Return a key of an admin's organization. Raises Http404."""
    found = next((key for key in api_keys_of(user) if key.pk == pk), None)
    if found is None:
        raise Http404
    return found
