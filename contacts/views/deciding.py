"""What somebody must decide: conflicts with other systems, and what colleagues propose."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import post_from, user_of
from contacts import access, actions
from contacts.render import show_conflict, show_proposal, source_text


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact_conflicts(request: HttpRequest) -> HttpResponse:
    """Show the open conflicts; decide those that are ticked, or all of one system."""
    user = user_of(request)
    if request.method == "POST":
        return _decide_conflicts(request)
    source = request.GET.get("source", "")
    page = access.conflicts_page(user, source, request.GET.get("after", ""))
    sources = [(name, source_text(name), count) for name, count in access.conflict_sources(user)]
    context = {
        "conflicts": [show_conflict(row) for row in page.rows],
        "next_key": page.next_key,
        "sources": sources,
        "source": source,
    }
    return render(request, "contacts/conflicts.html", context)


@post_from("contact_conflicts")
def contact_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Listen to a system again about a contact."""
    user = user_of(request)
    locked = access.lock_for(user, pk)
    actions.unlock(user, locked)
    messages.success(request, _("This system may change the contact again."))
    return redirect("contact", locked.contact_id)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact_proposals(request: HttpRequest) -> HttpResponse:
    """Show what colleagues propose; admins accept or refuse what is ticked."""
    user = user_of(request)
    if request.method == "POST":
        return _decide_proposals(request)
    page = access.proposals_page(user, request.GET.get("after", ""))
    context = {
        "proposals": [show_proposal(row) for row in page.rows],
        "next_key": page.next_key,
        "may_decide": access.may_edit_organization_book(user),
    }
    return render(request, "contacts/proposals.html", context)


def _decide_conflicts(request: HttpRequest) -> HttpResponse:
    user, source = user_of(request), request.POST.get("source", "")
    rows = access.conflicts_of(user)
    if request.POST.get("all") and source:
        chosen = list(rows.filter(source=source)[:1000])
    else:
        chosen = access.chosen(rows, request.POST.getlist("pk"))
    decide = actions.take_theirs if request.POST.get("decision") == "take" else actions.keep_ours
    for row in chosen:
        decide(user, row)
    count = len(chosen)
    text = ngettext("%(count)d conflict is decided.", "%(count)d conflicts are decided.", count)
    messages.success(request, text % {"count": count})
    return redirect("contact_conflicts")


def _decide_proposals(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    chosen = access.chosen(access.proposals_to_decide(user), request.POST.getlist("pk"))
    accept = request.POST.get("decision") == "accept"
    decide = actions.accept_proposal if accept else actions.refuse_proposal
    for row in chosen:
        decide(user, row)
    count = len(chosen)
    text = ngettext("%(count)d proposal is decided.", "%(count)d proposals are decided.", count)
    messages.success(request, text % {"count": count})
    return redirect("contact_proposals")
