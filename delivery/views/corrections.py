"""What the sender does about a sent message: put right, send again, withdraw, keep longer."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import post_from, user_of
from accounts.models import User
from accounts.recovery import hand_back
from delivery import access, actions
from delivery.forms import correction_form
from delivery.models import MessageRecipient
from delivery.views.senders import message_page

REFUSED = 422

Act = Callable[[User, MessageRecipient], None]


@post_from("message", "pk")
def correct_recipient(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Give a recipient another number or code; nobody else notices."""
    user = user_of(request)
    found = access.message_for(user, pk)
    recipient = access.recipient_of(found, recipient_pk)
    form = correction_form(recipient, request.POST, focus=True)
    if not form.is_valid():
        return message_page(request, found, form, status=REFUSED)
    try:
        actions.correct_recipient(user, recipient, form.correction())
    except actions.ClosedError:
        _say_closed(request)
        return redirect(hand_back(request, reverse("message", args=[pk])))
    else:
        text = _("%(name)s gets a new mail with the link. The others notice nothing.")
        messages.success(request, text % {"name": recipient.name or recipient.shown_address})
    return redirect("message", pk)


@post_from("message", "pk")
def resend_mail(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Send the mail with the link again."""
    text = _("The mail with the link goes to %(address)s again.")
    return _mail_again(request, pk, recipient_pk, actions.resend, text)


@post_from("message", "pk")
def keep_number(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Say that a number or code is right, which the recipient said is not."""
    text = _("%(address)s gets a new mail with the link, and reads that you say it is right.")
    return _mail_again(request, pk, recipient_pk, actions.keep_number, text)


@post_from("message", "pk")
def revoke_recipient(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Withdraw the message from one recipient."""
    recipient = _done(request, pk, recipient_pk, actions.revoke)
    if recipient:
        text = _("%(name)s can no longer read the message. You can undo this for 10 minutes.")
        undo = reverse("take_back_revocation", args=[pk, recipient_pk])
        shown = text % {"name": recipient.name or recipient.shown_address}
        messages.success(request, shown, extra_tags=undo)
    return redirect("message", pk)


@post_from("message", "pk")
def take_back_revocation(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Undo `revoke_recipient`."""
    recipient = _done(request, pk, recipient_pk, actions.take_back_revocation)
    if recipient:
        text = _("%(name)s can read the message again.")
        messages.success(request, text % {"name": recipient.name or recipient.shown_address})
    return redirect("message", pk)


@post_from("message", "pk")
def unlock_recipient(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """Let a recipient try again after too many wrong codes."""
    recipient = _done(request, pk, recipient_pk, actions.unlock)
    if recipient:
        text = _("%(name)s can try again now.")
        messages.success(request, text % {"name": recipient.name or recipient.shown_address})
    return redirect("message", pk)


@post_from("message", "pk")
def revoke_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw the message from everybody."""
    user = user_of(request)
    actions.revoke_all(user, access.message_for(user, pk))
    text = _(
        "Nobody can read the message any more. In 10 minutes its content is destroyed; "
        "until then you can undo this for each recipient."
    )
    messages.success(request, text)
    return redirect("message", pk)


@post_from("message", "pk")
def extend_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the message readable for longer."""
    user = user_of(request)
    try:
        actions.extend(user, access.message_for(user, pk))
    except actions.ClosedError:
        _say_closed(request)
    else:
        messages.success(request, _("The message can be read for longer now."))
    return redirect("message", pk)


def _mail_again(
    request: HttpRequest, pk: int, recipient_pk: int, act: Act, text: str
) -> HttpResponse:
    try:
        recipient = _done(request, pk, recipient_pk, act)
    except actions.CapReachedError:
        messages.warning(request, _("This person got enough mails today. Call them instead."))
    else:
        if recipient:
            messages.success(request, text % {"address": recipient.address})
    return redirect("message", pk)


def _done(request: HttpRequest, pk: int, recipient_pk: int, act: Act) -> MessageRecipient | None:
    """Act on a recipient of the sender's message; None when it was too late for that."""
    user = user_of(request)
    recipient = access.recipient_of(access.message_for(user, pk), recipient_pk)
    try:
        act(user, recipient)
    except actions.ClosedError:
        _say_closed(request)
        return None
    return recipient


def _say_closed(request: HttpRequest) -> None:
    text = _("That is no longer possible: the message was withdrawn, or has come to its end.")
    messages.warning(request, text)
