"""What machines sign in with: mail servers, and other systems by their API keys."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, actions
from accounts.access import person_with, recently_signed_in_to_change
from accounts.forms import KeyForm, SmtpForm
from accounts.models import Role

SHOW_OR_SAVE = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
@never_cache
def smtp(request: HttpRequest) -> HttpResponse:
    """Show the logins of mail servers; make one, and show it this once."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form, made = SmtpForm(request.POST or None), None
    if form.is_valid():
        made = actions.create_smtp_credential(
            admin.organization, form.cleaned_data["description"], actor=admin
        )
        form = SmtpForm()
    rows = access.smtp_credentials_of(admin)
    return _page(request, "organization/smtp.html", {"rows": rows, "form": form, "made": made})


@login_required
@require_POST
@recently_signed_in_to_change
def smtp_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the login of a mail server hand in no mail any more."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.smtp_credential_to_revoke(admin, pk)
    actions.revoke_smtp_credential(found, actor=admin)
    text = _("%(name)s cannot hand in mail with this login any more.")
    messages.success(request, text % {"name": found.description or found.username})
    return redirect("organization_smtp")


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Show the API keys of other systems; make one, and show it this once."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form, made = KeyForm(request.POST or None, initial={"for_contacts": True}), ""
    if form.is_valid():
        made = actions.create_api_key(admin.organization, **form.cleaned_data, actor=admin)
        form = KeyForm(initial={"for_contacts": True})
    rows = access.api_keys_of(admin)
    return _page(request, "organization/keys.html", {"rows": rows, "form": form, "made": made})


@login_required
@require_POST
@recently_signed_in_to_change
def key_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a key open nothing any more."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.api_key_to_revoke(admin, pk)
    actions.revoke_api_key(found, admin)
    messages.success(
        request, _("The key of %(name)s opens nothing any more.") % {"name": found.name}
    )
    return redirect("organization_keys")


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if context["form"].errors else 200)
