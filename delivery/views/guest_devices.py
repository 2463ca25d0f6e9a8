"""Browsers that a recipient trusts: remember, open, forget."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from delivery import access, actions
from delivery.models import MessageRecipient
from delivery.views.guests import begin_visit, device_tokens, is_visiting, of_guest


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_device(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Open the message in a browser that is trusted."""
    if request.method == "POST" and actions.open_by_device(recipient, device_tokens(request)):
        begin_visit(request, recipient)
    return redirect("guest", recipient.token)


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_forget_device(request: HttpRequest, recipient: MessageRecipient, pk: int) -> HttpResponse:
    """Trust a browser no more."""
    if request.method == "POST" and is_visiting(request, recipient):
        actions.forget_device(recipient, access.device_of(recipient, pk))
        messages.success(request, _("That device now needs a code again."))
    return redirect("guest", recipient.token)
