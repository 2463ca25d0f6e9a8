"""The organization: what is set, the policy with what it means, and how it looks to recipients."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, actions
from accounts.access import may_change_policy, person_with, recently_signed_in_to_change
from accounts.forms import LogoForm, LookForm, PolicyForm, TimesForm
from accounts.models import Organization, Role
from accounts.uploads import FORM_BYTES, LogoUpload, takes_files
from accounts.wording import experience_of

SHOW_OR_SAVE = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def organization(request: HttpRequest) -> HttpResponse:
    """Show what an admin, an editor or an auditor can do here."""
    user = person_with(request, Role.POLICY_ADMIN, Role.EDITOR, Role.AUDITOR)
    return render(
        request,
        "organization/overview.html",
        {"organization": user.organization, "summary": access.summary_of(user.organization)},
    )


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def policy(request: HttpRequest) -> HttpResponse:
    """Show the policy and what it means; keep another one."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form = PolicyForm(admin.organization.policy, request.POST or None)
    if form.is_valid():
        _tell(request, saved=actions.set_policy(admin.organization, form.switches(), actor=admin))
        return redirect("organization_policy")
    return _policy_page(request, form)


@login_required
@require_POST
def policy_preview(request: HttpRequest) -> HttpResponse:
    """Show what people would experience under the policy that is filled in; keep nothing."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form = PolicyForm(admin.organization.policy, request.POST)
    if "HX-Request" not in request.headers:
        return _policy_page(request, form)
    return render(request, "organization/_experience.html", _experience(form), status=200)


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def times(request: HttpRequest) -> HttpResponse:
    """Show how long things are kept and when people work; keep something else."""
    admin = person_with(request, Role.POLICY_ADMIN)
    organization = admin.organization
    place = {"time_zone": organization.time_zone, "language": organization.language}
    form = TimesForm(organization.policy, request.POST or None, initial=place)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in place}
        saved = actions.set_policy(organization, form.switches(), actor=admin, **chosen)
        _tell(request, saved=saved)
        return redirect("organization_times")
    return _form_page(request, "organization/times.html", form)


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def look(request: HttpRequest) -> HttpResponse:
    """Show name, texts, logo and support contact; keep other ones."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form = LookForm(admin.organization, request.POST or None)
    if form.is_valid():
        saved = actions.set_look(admin.organization, form.look(), form.switches(), actor=admin)
        _tell(request, saved=saved)
        return redirect("organization_look")
    return _look_page(request, admin.organization, form, LogoForm())


@takes_files(LogoUpload, most=FORM_BYTES, may=may_change_policy)
@login_required
@require_POST
def logo_upload(request: HttpRequest) -> HttpResponse:
    """Show another logo from now on."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _look_page(request, admin.organization, LookForm(admin.organization), form)
    actions.set_logo(admin.organization, form.cleaned_data["logo"], actor=admin)
    messages.success(request, _("Mails and pages show this logo from now on."))
    return redirect("organization_look")


@login_required
@require_POST
def logo_remove(request: HttpRequest) -> HttpResponse:
    """Show no logo any more."""
    admin = person_with(request, Role.POLICY_ADMIN)
    actions.remove_logo(admin.organization, actor=admin)
    messages.success(request, _("Mails and pages show no logo any more."))
    return redirect("organization_look")


@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """Return a logo, to anybody who has a page with it."""
    found = access.logo_by_digest(digest)
    return HttpResponse(
        bytes(found.content),
        content_type=found.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _policy_page(request: HttpRequest, form: PolicyForm) -> HttpResponse:
    context = {"form": form, **_experience(form)}
    status = 422 if form.errors else 200
    return render(request, "organization/policy.html", context, status=status)


def _experience(form: PolicyForm) -> dict[str, Any]:
    """Return what people would experience; as it is now where something is filled in wrongly."""
    filled_in = form.is_bound and form.is_valid()
    policy = replace(form.before, **form.switches()) if filled_in else form.before
    return {
        "experience": experience_of(policy),
        "changed": policy != form.before,
        "wrong": form.is_bound and not filled_in,
    }


def _look_page(
    request: HttpRequest, organization: Organization, form: LookForm, logo_form: LogoForm
) -> HttpResponse:
    more = {"logo": access.logo_of(organization), "logo_form": logo_form}
    return _form_page(request, "organization/look.html", form, more, bool(logo_form.errors))


def _form_page(
    request: HttpRequest,
    template: str,
    form: Any,
    more: dict[str, Any] | None = None,
    wrong: bool = False,
) -> HttpResponse:
    status = 422 if form.errors or wrong else 200
    return render(request, template, {"form": form, **(more or {})}, status=status)


def _tell(request: HttpRequest, *, saved: bool) -> None:
    if saved:
        messages.success(request, _("This holds from now on."))
    else:
        messages.info(request, _("Nothing was different."))
