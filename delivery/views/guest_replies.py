"""A recipient's answer, and the files of answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from delivery import access, actions
from delivery.forms import ReplyForm, files_error, too_large_error
from delivery.models import MessageRecipient
from delivery.render import attachment_response
from delivery.uploads import MAX_BYTES, SealedUploadHandler
from delivery.views.guests import REFUSED, TOO_MANY, is_visiting, message_page, of_guest
from delivery.views.letters import letter_of

TOO_LARGE = 413
MAX_REQUEST = 4 * MAX_BYTES  # more is not even read


@csrf_exempt
def guest_reply(request: HttpRequest, token: str) -> HttpResponseBase:
    """Store an answer; its files never lie on disk unsealed.

    The check against forged forms comes once the request knows who takes its files.
    """
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_REQUEST:
        return _refuse_unread(request, token)
    request.upload_handlers = [SealedUploadHandler()]
    return _guest_reply(request, token)


@of_guest
def _refuse_unread(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    if not is_visiting(request, recipient):
        return redirect("guest", recipient.token)
    form = ReplyForm({}, recipient=recipient, letter=letter_of(recipient.message))
    form.add_error("attachments", too_large_error())
    return message_page(request, recipient, form=form, status=TOO_LARGE)


@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def _guest_reply(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    if request.method != "POST" or not is_visiting(request, recipient):
        return redirect("guest", recipient.token)
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
        return redirect("guest", recipient.token)
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


def _handler_of(request: HttpRequest) -> SealedUploadHandler:
    handler = request.upload_handlers[0]
    assert isinstance(handler, SealedUploadHandler)
    return handler
