"""A recipient's answer, and the files of answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.posted import UnreadFiles, posted_form
from accounts.unsent import UnsentForm, forget, keep
from accounts.uploads import TOO_LARGE, takes_files
from delivery import access, actions, visits
from delivery.forms import ReplyForm, files_error, too_large_error
from delivery.models import MessageRecipient
from delivery.render import attachment_response
from delivery.uploads import MAX_BYTES, SealedUploadHandler
from delivery.views.guests import (
    KEPT,
    REFUSED,
    TOO_MANY,
    closed_page,
    is_visiting,
    message_page,
    of_guest,
    owner_of_answer,
)
from delivery.views.letters import letter_of

MAX_REQUEST = 4 * MAX_BYTES  # more is not even read


@of_guest
def _refuse_unread(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    request.upload_handlers = [UnreadFiles(request)]
    if not is_visiting(request, recipient):
        return _keep(request, recipient)
    form = ReplyForm(request.POST, recipient=recipient, letter=letter_of(recipient.message))
    form.add_error("attachments", too_large_error())
    return message_page(request, recipient, form=form, status=TOO_LARGE)


def _may_send_files(request: HttpRequest, token: str) -> bool:
    try:
        return is_visiting(request, access.recipient_for(token))
    except access.UnknownLinkError:
        return False


@takes_files(SealedUploadHandler, most=MAX_REQUEST, may=_may_send_files, refuse=_refuse_unread)
@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_reply(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Store an answer; its files never lie on disk unsealed."""
    if request.method != "POST":
        return redirect("guest", recipient.token)
    if not is_visiting(request, recipient):
        return _keep(request, recipient)
    if "stay" in request.POST:
        visits.stay(request.session, recipient.pk, timezone.now())
        return _keep(request, recipient)
    return _answer(request, recipient)


def _answer(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    letter = letter_of(recipient.message)
    form = ReplyForm(
        request.POST, recipient=recipient, letter=letter, files=request.FILES.getlist("attachments")
    )
    problem = files_error(_handler_of(request))
    if problem:
        form.add_error("attachments", problem)
    if not form.is_valid():
        return message_page(request, recipient, form=form, status=REFUSED)
    try:
        actions.store_reply(recipient, form.answer())
    except actions.CapReachedError:
        form.add_error("text", _("You have sent many answers today. Call the sender instead."))
        return message_page(request, recipient, form=form, status=TOO_MANY)
    except actions.ClosedError:
        return closed_page(request, recipient)
    forget(request.session, owner_of_answer(recipient), request.POST.get(KEPT, ""))
    messages.success(request, _("Your answer is sent."))
    return redirect("guest", recipient.token)


@require_safe
@of_guest
def guest_reply_attachment(
    request: HttpRequest, recipient: MessageRecipient, pk: int
) -> HttpResponseBase:
    """Return a file of an answer that this recipient may read."""
    if not is_visiting(request, recipient):
        return redirect("guest", recipient.token)
    attachment = access.reply_attachment_of(access.replies_for(recipient), pk)
    return attachment_response(attachment.open_name(), attachment.content_type, attachment.blob)


def _keep(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Keep an answer that is not sent yet; its writer finds it in the form, once verified.

    Where nobody can be, or the number or code is another one by now, this page hands it back.
    """
    form = posted_form(request)
    if form is None or not (form.value("text").strip() or form.left_out):
        return redirect("guest", recipient.token)
    proven = visits.proven_with(request.session, recipient.pk)
    if not access.is_open(recipient, timezone.now()) or proven not in {"", recipient.stamp}:
        return closed_page(request, recipient)
    key = request.POST.get(KEPT, "")
    answer = UnsentForm(form.path, form.page, form.fields, form.left_out, key=key)
    if not keep(request.session, owner_of_answer(recipient), answer, timezone.now()):
        return closed_page(request, recipient)
    return redirect("guest", recipient.token)


def _handler_of(request: HttpRequest) -> SealedUploadHandler:
    handler = request.upload_handlers[0]
    assert isinstance(handler, SealedUploadHandler)
    return handler
