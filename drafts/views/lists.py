"""What waits for the sender, and what was sent."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import user_of
from contacts.access import contact_for
from contacts.models import Contact
from delivery.access import page_of_sent
from drafts import access
from flow.paging import id_in

MAX_QUERY = 100


@login_required
@require_safe
@vary_on_headers("HX-Request")
def draft_list(request: HttpRequest) -> HttpResponse:
    """Show the drafts that wait for this person, or those among them that are asked for."""
    user, contact = user_of(request), _contact(request)
    query, which = request.GET.get("q", "").strip()[:MAX_QUERY], request.GET.get("which", "")
    which = which if which in access.WHICH else ""
    after = request.GET.get("after", "")
    page = access.page_of_held(user, after, access.Wanted(contact, query, which))
    asked = {"contact": contact.pk if contact else "", "q": query, "which": which}
    context: dict[str, Any] = {
        "rows": page.rows,
        "next_key": page.next_key,
        "contact": contact,
        "query": query,
        "which": which,
        "kept": urlencode({name: value for name, value in asked.items() if value}),
    }
    if "HX-Request" in request.headers and "HX-Boosted" not in request.headers:
        return render(request, "drafts/_list.html", context)
    context["given_up"] = [] if after else access.given_up(user)
    context["blocking"] = [] if after else access.blocking_addresses(user)
    return render(request, "drafts/draft_list.html", context)


@login_required
@require_safe
def sent_list(request: HttpRequest) -> HttpResponse:
    """Show the messages that this person has sent."""
    page = page_of_sent(user_of(request), request.GET.get("after", ""))
    return render(request, "drafts/sent_list.html", {"rows": page.rows, "next_key": page.next_key})


def _contact(request: HttpRequest) -> Contact | None:
    pk = id_in(request.GET.get("contact", ""))
    return contact_for(user_of(request), pk) if pk is not None else None
