"""Finds people and organizations: by an address, by a peer, by a signed-in request."""

import hashlib
import ipaddress
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.access.demonstration import demo_accounts as demo_accounts
from accounts.access.demonstration import demo_problem as demo_problem
from accounts.access.provisioning import account_in as account_in
from accounts.access.provisioning import accounts_of as accounts_of
from accounts.access.provisioning import people_in as people_in
from accounts.access.signing_in import Factors as Factors
from accounts.access.signing_in import confirmed_domain_named as confirmed_domain_named
from accounts.access.signing_in import confirmed_domain_of as confirmed_domain_of
from accounts.access.signing_in import confirmed_domains_of as confirmed_domains_of
from accounts.access.signing_in import elsewhere_is_offered as elsewhere_is_offered
from accounts.access.signing_in import factors_of as factors_of
from accounts.access.signing_in import identity_provider as identity_provider
from accounts.access.signing_in import identity_provider_of as identity_provider_of
from accounts.access.signing_in import sessions_of as sessions_of
from accounts.access.signing_in import was_tried_by as was_tried_by
from accounts.models import (
    Alias,
    ApiKey,
    AuditEntry,
    Domain,
    Logo,
    Organization,
    Role,
    SmtpCredential,
    User,
)
from accounts.verbs import verbs_of
from addresses.mail import domain_of, stored_form
from addresses.peers import Address, networks_in
from flow.paging import Page, page_by_id

log = logging.getLogger(__name__)

RECENT = 15 * 60  # seconds in which a proof of who somebody is counts as fresh
Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def user_of(request: HttpRequest) -> User:
    """Return the signed-in person; only for views behind `login_required`."""
    return cast(User, request.user)


def post_from(page: str, *names: str) -> Callable[[View[Rest]], View[Rest]]:
    """Let only a signed-in person POST to a view; whoever comes by GET is led to its page.

    Signing in again leads by GET to where the button led: nothing is done then, and nobody meets
    an error. `names` are the view's arguments that the page's address takes.
    """

    def decorate(view: View[Rest]) -> View[Rest]:
        @login_required
        @wraps(view)
        def answer(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponse:
            if request.method != "POST":
                return redirect(page, *(kwargs[name] for name in names))
            return view(request, *args, **kwargs)

        return answer

    return decorate


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


def person_by_address(address: str) -> User | None:
    """Return the active person with this normalized address; nobody signs in to a mailbox."""
    users = User.objects.select_related("organization").filter(is_active=True, is_mailbox=False)
    return users.filter(email=address).first()


def mailbox_for(user: User, address: str) -> User | None:
    """Return the shared mailbox with this normalized address that this person answers for."""
    mailboxes = User.objects.filter(pk__in=user.answers_for, is_active=True, is_mailbox=True)
    return mailboxes.filter(email=address).first()


def sender_by_address(address: str) -> User | None:
    """Return the active sender (or shared mailbox) with this normalized address or alias."""
    users = User.objects.select_related("organization").filter(is_active=True, is_sender=True)
    own = users.filter(email=address).first()
    return own or users.filter(aliases__address=address).first()


def has_alias(user: User, address: str) -> bool:
    """Tell whether this normalized address is another one of the same person."""
    return Alias.objects.filter(user=user, address=address).exists()


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
    found = confirmed_domain_named(name)
    return found.organization if found else None


def recently_signed_in_to_change(view: View[Rest]) -> View[Rest]:
    """Let everybody look, and have who changes something prove a moment ago who they are."""
    proved = recently_signed_in(view)

    @wraps(view)
    def asking(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        chosen = proved if request.method == "POST" else view
        return chosen(request, *args, **kwargs)

    return asking


def person_with(request: HttpRequest, *roles: Role) -> User:
    """Return the signed-in person, who has one of these roles. Raises Http404."""
    user = user_of(request)
    if not any(role in user.roles for role in roles):
        raise Http404
    return user


def may_change_policy(request: HttpRequest) -> bool:
    """Tell whether the person who asks may change the policy and what belongs to it."""
    user = request.user
    return isinstance(user, User) and Role.POLICY_ADMIN in user.roles


@dataclass(frozen=True, slots=True)
class Summary:
    """How much of what an organization has."""

    domains: list[str]
    people: int
    mailboxes: int
    mail_servers: int
    keys: int


def summary_of(organization: Organization) -> Summary:
    """Return how much of what an organization has."""
    people = User.objects.filter(organization=organization, is_active=True, removed_at=None)
    domains = Domain.objects.filter(organization=organization).exclude(confirmed_at=None)
    live = {"organization": organization, "revoked_at": None}
    return Summary(
        domains=list(domains.order_by("name").values_list("name", flat=True)),
        people=people.filter(is_mailbox=False).count(),
        mailboxes=people.filter(is_mailbox=True).count(),
        mail_servers=SmtpCredential.objects.filter(**live).count(),
        keys=ApiKey.objects.filter(**live).count(),
    )


def people_page(admin: User, query: str, after: str, *, mailboxes: bool = False) -> Page[User]:
    """Return people (or shared mailboxes) of the organization, newest first."""
    rows = User.objects.filter(organization=admin.organization_id, removed_at=None)
    rows = rows.filter(is_mailbox=mailboxes).annotate(helpers=Count("delegations"))
    if query:
        rows = rows.filter(Q(email__icontains=query) | Q(name__icontains=query))
    return page_by_id(rows, after)


def person_to_manage(admin: User, pk: int, *, mailbox: bool = False) -> User:
    """Return somebody (or a shared mailbox) of the admin's organization. Raises Http404."""
    people = User.objects.select_related("organization").filter(removed_at=None)
    found = people.filter(organization=admin.organization_id, is_mailbox=mailbox, pk=pk).first()
    return _found(found)


def delegates_of(owner: User) -> list[User]:
    """Return who may finish the drafts of somebody, or of a mailbox."""
    return list(User.objects.filter(delegated__owner=owner).order_by("email"))


def domains_of(admin: User) -> list[Domain]:
    """Return the domains of the organization, also those that are not proven yet."""
    return list(Domain.objects.filter(organization=admin.organization_id).order_by("name"))


def domain_to_manage(admin: User, pk: int) -> Domain:
    """Return a domain of the admin's organization. Raises Http404."""
    domains = Domain.objects.select_related("organization")
    return _found(domains.filter(organization=admin.organization_id, pk=pk).first())


def smtp_credentials_of(admin: User) -> list[SmtpCredential]:
    """Return the logins of mail servers of the organization, newest first."""
    rows = SmtpCredential.objects.filter(organization=admin.organization_id)
    return list(rows.order_by("-pk")[:100])


def smtp_credential_to_revoke(admin: User, pk: int) -> SmtpCredential:
    """Return the login of a mail server of the organization. Raises Http404."""
    rows = SmtpCredential.objects.filter(organization=admin.organization_id, pk=pk)
    return _found(rows.first())


def logo_of(organization: Organization) -> Logo | None:
    """Return the picture of an organization."""
    return Logo.objects.filter(organization=organization).first()


def logo_by_digest(digest: str) -> Logo:
    """Return the picture with this digest. Raises Http404."""
    return _found(Logo.objects.filter(digest=digest).first())


@dataclass(frozen=True, slots=True)
class WantedRows:
    """Which rows of the audit log: of a kind, of a person, about a thing, from day to day."""

    kind: str = ""
    who: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_rows(auditor: User, wanted: WantedRows) -> QuerySet[AuditEntry]:
    """Return rows of the organization's audit log."""
    rows = AuditEntry.objects.filter(organization=auditor.organization_id)
    if wanted.kind:
        rows = rows.filter(verb__in=verbs_of(wanted.kind))
    if wanted.who:
        people = User.objects.filter(organization=auditor.organization_id)
        named = people.filter(Q(email=stored_form(wanted.who)) | Q(name__iexact=wanted.who))
        rows = rows.filter(actor__in=list(named.values_list("pk", flat=True)))
    if wanted.about:
        rows = rows.filter(about=wanted.about)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return rows.select_related("actor")


def audit_page(auditor: User, wanted: WantedRows, after: str) -> Page[AuditEntry]:
    """Return a page of the organization's audit log, newest first."""
    return page_by_id(audit_rows(auditor, wanted), after)


Row = TypeVar("Row")


def _found(row: Row | None) -> Row:
    if row is None:
        raise Http404
    return row


def hash_api_key(key: str) -> str:
    """Return the form in which a key is stored: it is long and random, so one hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def api_key_for(key: str) -> ApiKey | None:
    """Return the live key that another system sent."""
    keys = ApiKey.objects.select_related("organization").filter(revoked_at=None)
    return keys.filter(key_hash=hash_api_key(key)).first()


def api_keys_of(user: User) -> list[ApiKey]:
    """Return the keys of an admin's organization, live ones first. Raises Http404 for others."""
    if not user.is_policy_admin:
        raise Http404
    keys = ApiKey.objects.filter(organization=user.organization_id)
    return list(keys.order_by(F("revoked_at").desc(nulls_first=True), "-pk")[:100])


def api_key_to_revoke(user: User, pk: int) -> ApiKey:
    """Return a key of an admin's organization. Raises Http404."""
    found = ApiKey.objects.filter(organization=user.organization_id, pk=pk).first()
    if found is None or not user.is_policy_admin:
        raise Http404
    return found
