"""The sender's page of a sent message: what became of it, recipient by recipient."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import user_of
from delivery import access, actions, states
from delivery.forms import CorrectionForm
from delivery.models import Message
from delivery.render import (
    attachment_response,
    body_response,
    notice_response,
)
from delivery.views.letters import answers_of, archive_of, readable_letter, shown_of
from delivery.views.lines import lines_of


@login_required
@require_safe
@never_cache
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a sent message and how far each recipient is."""
    user = user_of(request)
    found = access.message_for(user, pk)
    actions.note_reading(user, found)
    return message_page(request, found)


def message_page(
    request: HttpRequest, found: Message, tried: CorrectionForm | None = None, status: int = 200
) -> HttpResponse:
    """Show the page; `tried` is a correction that came back with errors."""
    with timezone.override(found.organization.zone):
        lines = lines_of(found, tried)
        context = {
            "message": found,
            "letter": None if found.ended_at else readable_letter(found),
            "answers": [] if found.ended_at else answers_of(access.replies_for_sender(found)),
            "with_images": "images" in request.GET,
            "lines": lines,
            "read_count": sum(line.recipient.state == states.READ for line in lines),
            "is_over": found.expires_at <= timezone.now(),
            "is_live": any(line.is_live for line in lines),
        }
        return render(request, "delivery/message.html", context, status=status)


@login_required
@require_safe
def message_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the message's HTML for its sandboxed frame."""
    found = access.message_for(user_of(request), pk)
    if found.ended_at:
        return notice_response(_("The content of this message was destroyed."))
    files = access.attachments_of(found)
    return body_response(shown_of(found), files, remote_images="images" in request.GET)


@login_required
@require_safe
def message_attachment(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponseBase:
    """Return a file of the message."""
    attachment = access.attachment_of(access.message_for(user_of(request), pk), attachment_pk)
    return attachment_response(attachment.open_name(), attachment.content_type, attachment.blob)


@login_required
@require_safe
def reply_attachment(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponseBase:
    """Return a file of an answer."""
    found = access.message_for(user_of(request), pk)
    attachment = access.reply_attachment_of(access.replies_for_sender(found), attachment_pk)
    return attachment_response(attachment.open_name(), attachment.content_type, attachment.blob)


@login_required
@require_safe
def message_archive(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return all files of the message as one zip."""
    return archive_of(access.message_for(user_of(request), pk))
