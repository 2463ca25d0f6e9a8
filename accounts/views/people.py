"""The people of an organization, their roles, their delegates, and the shared mailboxes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, actions
from accounts.access import person_with, recently_signed_in_to_change
from accounts.forms import DelegateForm, MailboxForm, PersonForm
from accounts.models import Role, User
from flow.paging import id_in

SHOW_OR_SAVE = ["GET", "HEAD", "POST"]
MAX_QUERY = 100


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show who is in."""
    return _list(request, "organization/people.html", mailboxes=False)


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def person_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody."""
    admin = person_with(request, Role.POLICY_ADMIN)
    initial = {"language": admin.organization.language, "roles": ["sender"]}
    form = PersonForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            made = actions.invite_person(admin.organization, **form.cleaned_data, actor=admin)
        except (actions.AddressTaken, actions.ForeignDomain) as error:
            form.add_error("email", _refusal(error))
        else:
            text = _("%(who)s has a mail that says how to sign in.")
            messages.success(request, text % {"who": made.display_name})
            return redirect("organization_people")
    return _page(request, "organization/person_new.html", {"form": form})


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show somebody, what they may do, and who may finish their drafts; change it."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.person_to_manage(admin, pk)
    form = PersonForm(request.POST or None, person=found)
    if form.is_valid():
        try:
            actions.change_person(found, **form.cleaned_data, actor=admin)
        except actions.LastAdmin:
            form.add_error("roles", _last_admin())
        else:
            messages.success(request, _("This holds from now on."))
            return redirect("organization_person", pk)
    return _person_page(request, found, form)


@login_required
@require_POST
@recently_signed_in_to_change
def person_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock somebody out, or let them in again."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.person_to_manage(admin, pk)
    active = request.POST.get("active") == "1"
    try:
        actions.set_active(found, active=active, actor=admin)
    except actions.LastAdmin:
        messages.error(request, _last_admin())
    return redirect("organization_person", pk)


@login_required
@require_POST
def person_invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail somebody once more how to sign in."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.person_to_manage(admin, pk)
    actions.send_invitation(found, actor=admin)
    messages.success(request, _("The mail is on its way."))
    return redirect("organization_person", pk)


@login_required
@require_POST
@recently_signed_in_to_change
def person_delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a colleague finish somebody's drafts, or no longer."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.person_to_manage(admin, pk)
    form = _change_delegates(request, found, admin)
    return (
        _person_page(request, found, PersonForm(person=found), form)
        if form.errors
        else redirect("organization_person", pk)
    )


@login_required
@require_safe
def mailboxes(request: HttpRequest) -> HttpResponse:
    """Show the shared mailboxes."""
    return _list(request, "organization/mailboxes.html", mailboxes=True)


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def mailbox_new(request: HttpRequest) -> HttpResponse:
    """Make a shared mailbox."""
    admin = person_with(request, Role.POLICY_ADMIN)
    form = MailboxForm(request.POST or None, initial={"language": admin.organization.language})
    if form.is_valid():
        try:
            made = actions.create_mailbox(admin.organization, **form.cleaned_data, actor=admin)
        except (actions.AddressTaken, actions.ForeignDomain) as error:
            form.add_error("email", _refusal(error))
        else:
            messages.success(request, _("Now name the people who finish its drafts."))
            return redirect("organization_mailbox", made.pk)
    return _page(request, "organization/mailbox_new.html", {"form": form})


@login_required
@require_http_methods(SHOW_OR_SAVE)
@recently_signed_in_to_change
def mailbox(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who finishes the drafts of a shared mailbox; name somebody, or no longer."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.person_to_manage(admin, pk, mailbox=True)
    form = DelegateForm()
    if request.method == "POST":
        form = _change_delegates(request, found, admin)
        if not form.errors:
            return redirect("organization_mailbox", pk)
    context = {"mailbox": found, "delegates": access.delegates_of(found), "delegate_form": form}
    return _page(request, "organization/mailbox.html", context)


@login_required
@require_POST
@recently_signed_in_to_change
def mailbox_active(request: HttpRequest, pk: int) -> HttpResponse:
    """Take no mail of a shared mailbox any more, or take it again."""
    admin = person_with(request, Role.POLICY_ADMIN)
    found = access.person_to_manage(admin, pk, mailbox=True)
    actions.set_active(found, active=request.POST.get("active") == "1", actor=admin)
    return redirect("organization_mailbox", pk)


@login_required
@require_http_methods(SHOW_OR_SAVE)
def delegates(request: HttpRequest) -> HttpResponse:
    """Show who may finish my drafts; name a colleague, or no longer."""
    user = person_with(request, Role.SENDER)
    form = DelegateForm()
    if request.method == "POST":
        form = _change_delegates(request, user, user)
        if not form.errors:
            return redirect("delegates")
    context = {"delegates": access.delegates_of(user), "delegate_form": form}
    return _page(request, "organization/delegates.html", context)


def _change_delegates(request: HttpRequest, owner: User, actor: User) -> DelegateForm:
    """Name a delegate, or end a delegation; return the form, with what was wrong."""
    gone = id_in(request.POST.get("remove", ""))
    if gone is not None:
        actions.remove_delegate(owner, gone, actor=actor)
        return DelegateForm()
    form = DelegateForm(request.POST)
    if form.is_valid():
        try:
            actions.add_delegate(owner, form.cleaned_data["delegate"], actor=actor)
        except actions.NotAColleague:
            form.add_error("delegate", _("No colleague who may send has this address."))
    return form


def _list(request: HttpRequest, template: str, *, mailboxes: bool) -> HttpResponse:
    admin = person_with(request, Role.POLICY_ADMIN)
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    page = access.people_page(admin, query, request.GET.get("after", ""), mailboxes=mailboxes)
    context = {"rows": page.rows, "next_key": page.next_key, "query": query}
    return render(request, template, context)


def _person_page(
    request: HttpRequest, found: User, form: PersonForm, delegate_form: DelegateForm | None = None
) -> HttpResponse:
    context = {
        "person": found,
        "form": form,
        "delegates": access.delegates_of(found),
        "delegate_form": delegate_form or DelegateForm(),
    }
    return _page(request, "organization/person.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    forms = [context.get("form"), context.get("delegate_form")]
    wrong = any(form is not None and form.errors for form in forms)
    return render(request, template, context, status=422 if wrong else 200)


def _refusal(error: Exception) -> str:
    if isinstance(error, actions.AddressTaken):
        return _("Somebody has this address already.")
    return _("This address is not in one of your domains. Add the domain first.")


def _last_admin() -> str:
    return _("Nobody could change the policy any more. Give somebody else that role first.")
