"""A recipient says that a number is not theirs, or that it is after all.

Programs that check the links of a mail press buttons too, and this writes to the sender. So a
person has to be there: one who proved who they are in this browser, or who types the address that
the mail went to (docs/adr/0055).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.policy import SMS
from delivery import access, actions, states, visits
from delivery.forms import OwnAddressForm
from delivery.models import MessageRecipient
from delivery.views.guests import (
    REFUSED,
    TOO_MANY,
    closed_page,
    device_tokens,
    guest_page,
    of_guest,
)

FIELD = "address"


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_wrong_number(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Take it that the number is not this recipient's, or that they do not know the code."""
    return _claimed(request, recipient, actions.report_wrong_number, is_right=False)


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_right_number(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Undo `guest_wrong_number`."""
    return _claimed(request, recipient, actions.take_back_wrong_number, is_right=True)


def _claimed(
    request: HttpRequest,
    recipient: MessageRecipient,
    claim: Callable[[MessageRecipient], None],
    *,
    is_right: bool,
) -> HttpResponse:
    now = timezone.now()
    is_possible = (
        recipient.state == states.SUSPENDED if is_right else access.is_open(recipient, now)
    )
    if request.method != "POST" or not is_possible:
        return redirect("guest", recipient.token)
    if not _is_person(request, recipient):
        form = OwnAddressForm(request.POST if FIELD in request.POST else None, recipient=recipient)
        if not form.is_valid():
            return _ask(request, recipient, form, is_right=is_right)
        visits.note_known(request.session, recipient.pk)
    try:
        claim(recipient)
    except actions.CapReachedError:
        error = _("You have told us this often enough for today. Call the sender instead.")
        return closed_page(request, recipient, error=error, status=TOO_MANY)
    return redirect("guest", recipient.token)


def _is_person(request: HttpRequest, recipient: MessageRecipient) -> bool:
    if visits.is_known(request.session, recipient.pk, recipient.stamp):
        return True
    tokens = device_tokens(request)
    return access.trusted_device(recipient, tokens, timezone.now()) is not None


def _ask(
    request: HttpRequest, recipient: MessageRecipient, form: OwnAddressForm, *, is_right: bool
) -> HttpResponse:
    shown = {"form": form, "is_right": is_right, "is_sms": recipient.method == SMS}
    status = REFUSED if form.errors else 200
    return guest_page(request, recipient, "guest_claim", shown, status=status)
