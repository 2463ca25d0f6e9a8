"""The mail domains of an organization."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, actions
from accounts.access import person_with, recently_signed_in_to_change
from accounts.forms import DomainForm
from accounts.models import Role


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@recently_signed_in_to_change
def domains(request: HttpRequest) -> HttpResponse:
    """Show the domains; have a code mailed to the postmaster of another one."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form = DomainForm(request.POST or None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            actions.ask_domain(admin.organization, name, actor=admin)
        except actions.DomainTaken:
            form.add_error("name", _("This domain is in use already."))
        except actions.TooSoon:
            form.add_error("name", _("A code was mailed a moment ago. Wait five minutes."))
        else:
            text = _("A code is on its way to postmaster@%(domain)s. Fill it in below.")
            messages.success(request, text % {"domain": name})
            return redirect("organization_domains")
    context = {"rows": access.domains_of(admin), "form": form}
    status = 422 if form.errors else 200
    return render(request, "organization/domains.html", context, status=status)


@login_required
@require_POST
@recently_signed_in_to_change
def domain_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a domain count, with the code that its postmaster got."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.domain_to_manage(admin, pk)
    try:
        actions.confirm_domain(found, request.POST.get("code", ""), actor=admin)
    except actions.WrongCode:
        messages.error(
            request, _("This code is wrong or too old. After five tries, have a new one mailed.")
        )
    except actions.DomainTaken:
        messages.error(request, _("This domain is in use already."))
    else:
        messages.success(request, _("%(domain)s is yours from now on.") % {"domain": found.name})
    return redirect("organization_domains")


@login_required
@require_POST
@recently_signed_in_to_change
def domain_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a domain up."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.domain_to_manage(admin, pk)
    try:
        actions.remove_domain(found, actor=admin)
    except actions.DomainInUse:
        text = _("%(domain)s is in use: people have addresses in it, or it is the only one.")
        messages.error(request, text % {"domain": found.name})
    else:
        messages.success(request, _("%(domain)s is given up.") % {"domain": found.name})
    return redirect("organization_domains")
