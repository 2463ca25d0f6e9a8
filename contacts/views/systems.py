"""The systems that keep the organization's book in step, and their keys."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import api_key_to_revoke, api_keys_of, user_of
from accounts.actions import create_api_key, revoke_api_key
from contacts.forms import SystemForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def contact_systems(request: HttpRequest) -> HttpResponse:
    """Show the keys of an admin's organization; make one, and show it this once."""
    user = user_of(request)
    api_keys_of(user)
    form, made = SystemForm(request.POST or None), ""
    if form.is_valid():
        made = create_api_key(user.organization, form.cleaned_data["name"])
    context = {"keys": api_keys_of(user), "form": form, "made": made}
    status = 422 if form.errors else 200
    return render(request, "contacts/systems.html", context, status=status)


@require_POST
@login_required
def contact_system_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a key open nothing any more."""
    user = user_of(request)
    key = api_key_to_revoke(user, pk)
    revoke_api_key(key, user)
    messages.success(request, _("The key of %(name)s opens nothing any more.") % {"name": key.name})
    return redirect("contact_systems")
