"""What waits for the sender, and what was sent."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from contacts.access import contact_for
from delivery.access import page_of_sent
from drafts import access


@login_required
@require_safe
def draft_list(request: HttpRequest) -> HttpResponse:
    """Show the drafts that wait for this person."""
    user, key = user_of(request), request.GET.get("contact", "")
    is_id = key.isascii() and key.isdigit() and len(key) < 19
    contact = contact_for(user, int(key)) if is_id else None
    page = access.page_of_held(user, request.GET.get("after", ""), contact)
    context = {"rows": page.rows, "next_key": page.next_key, "contact": contact}
    return render(request, "drafts/draft_list.html", context)


@login_required
@require_safe
def sent_list(request: HttpRequest) -> HttpResponse:
    """Show the messages that this person has sent."""
    page = page_of_sent(user_of(request), request.GET.get("after", ""))
    return render(request, "drafts/sent_list.html", {"rows": page.rows, "next_key": page.next_key})
