"""How long a recipient's page stays open, and the button that prolongs it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from delivery import visits
from delivery.models import MessageRecipient
from delivery.views.guests import is_visiting, of_guest


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_visit(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Say until when the page is open; a POST moves that time on."""
    now = timezone.now()
    if request.method == "POST" and is_visiting(request, recipient):
        visits.stay(request.session, recipient.pk, now)
    visit = visits.visit_of(request.session, recipient.pk, now, recipient.stamp)
    shown = {"visit": visit, "token": recipient.token}
    return render(request, "delivery/_guest_visit.html", shown)
