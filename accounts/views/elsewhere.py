"""Signing in with the organization's own identity provider, and where that is set up."""

import logging
import uuid
from urllib.parse import urlencode

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.access import (
    confirmed_domain_of,
    confirmed_domains_of,
    identity_provider,
    identity_provider_of,
    person_with,
    post_from,
    recently_signed_in_to_change,
)
from accounts.forms import IdentityProviderForm
from accounts.models import Role
from accounts.next_page import own_page

log = logging.getLogger(__name__)


@require_POST
def find_provider(request: HttpRequest) -> HttpResponse:
    """Find where somebody with this address signs in."""
    provider = identity_provider_of(request.POST.get("login", ""))
    way = urlencode({"next": own_page(request, request.POST.get("next", "")) or "/"})
    if provider is None:
        text = gettext(
            "Your organization has no sign-in of its own here. Use a password or a code."
        )
        messages.info(request, text)
        return redirect(f"{reverse('account_login')}?{way}")
    return redirect(f"{reverse('sign_in_elsewhere', args=[provider.uid])}?{way}")


@never_cache
@require_safe
def leave(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """Lead to the identity provider, by a page: a form may not lead to another site (CSP)."""
    row = identity_provider(uid)
    try:
        provider = get_adapter().get_provider(request, provider=str(uid))
        target = own_page(request, request.GET.get("next", "")) or "/"
        way = provider.redirect(request, "login", next_url=target)
    except (requests.RequestException, OAuth2Error, KeyError, ValueError):
        log.warning("identity provider:%s does not say where people sign in", row.pk)
        messages.error(request, gettext("Your organization's sign-in does not answer. Try later."))
        return redirect("account_login")
    return render(request, "account/elsewhere.html", {"provider": row, "way": way["Location"]})


@login_required
@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """List the domains of the organization, and where their people sign in."""
    domains = confirmed_domains_of(person_with(request, Role.POLICY_ADMIN))
    return render(request, "account/providers.html", {"domains": domains})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@recently_signed_in_to_change
def provider(request: HttpRequest, pk: int) -> HttpResponse:
    """Set where the people of a domain sign in."""
    admin = person_with(request, Role.POLICY_ADMIN)
    domain = confirmed_domain_of(admin, pk)
    form = IdentityProviderForm(domain, request.POST or None)
    if form.is_valid():
        try:
            actions.set_identity_provider(domain, form.wanted(), admin)
        except actions.NotTried:
            form.refuse_only()
        else:
            messages.success(request, gettext("The sign-in of %s is kept.") % domain.name)
            return redirect("identity_providers")
    callback = settings.BASE_URL + reverse("openid_connect_callback", args=[form.uid])
    status = 422 if form.errors else 200
    values = {"form": form, "domain": domain, "callback_url": callback}
    return render(request, "account/provider.html", values, status=status)


@post_from("identity_provider", "pk")
@recently_signed_in_to_change
def remove_provider(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the people of a domain sign in here again."""
    admin = person_with(request, Role.POLICY_ADMIN)
    domain = confirmed_domain_of(admin, pk)
    actions.remove_identity_provider(domain, admin)
    messages.success(request, gettext("People of %s sign in here again.") % domain.name)
    return redirect("identity_providers")
