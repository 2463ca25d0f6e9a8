"""The sender's page of a sent message: what became of it, recipient by recipient."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import user_of
from accounts.policy import SMS
from addresses.phone import mask_phone
from delivery import access, codes, states
from delivery.forms import show_moment
from delivery.models import Message, MessageRecipient
from delivery.render import attachment_response, body_response, inline_images
from delivery.views.letters import letter_of

# The row of marks: mail delivered, verified, read.
DONE, OPEN, WAIT, NEEDS, FAIL = "done", "", "wait", "needs", "fail"
_MARKS = {
    states.QUEUED: (WAIT, OPEN, OPEN),
    states.NOTIFIED: (DONE, OPEN, OPEN),
    states.VERIFIED: (DONE, DONE, OPEN),
    states.READ: (DONE, DONE, DONE),
    states.BOUNCED: (FAIL, OPEN, OPEN),
    states.SUSPENDED: (DONE, NEEDS, OPEN),
    states.REVOKED: (OPEN, OPEN, OPEN),
    states.EXPIRED: (OPEN, OPEN, OPEN),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What became of the message for one recipient."""

    recipient: MessageRecipient
    marks: tuple[str, ...]
    words: str
    at: datetime | None
    way: str
    locked: str

    @property
    def tone(self) -> str:
        """The look of the line: ready, needs or failed."""
        tones = {FAIL: "failed", NEEDS: "needs"}
        return next((tones[mark] for mark in self.marks if mark in tones), "ready")


@login_required
@require_safe
@never_cache
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a sent message and how far each recipient is."""
    found = access.message_for(user_of(request), pk)
    with timezone.override(ZoneInfo(found.organization.time_zone)):
        lines = [_line(found, recipient) for recipient in access.recipients_of(found)]
        context = {
            "message": found,
            "letter": letter_of(found),
            "lines": lines,
            "read_count": sum(line.recipient.state == states.READ for line in lines),
            "is_over": found.expires_at <= timezone.now(),
        }
        return render(request, "delivery/message.html", context)


@login_required
@require_safe
def message_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the message's HTML for its sandboxed frame."""
    found = access.message_for(user_of(request), pk)
    html = found.open_content().html or ""
    return body_response(html, inline_images(html, access.attachments_of(found)))


@login_required
@require_safe
def message_attachment(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponseBase:
    """Return a file of the message."""
    attachment = access.attachment_of(access.message_for(user_of(request), pk), attachment_pk)
    return attachment_response(attachment.open_name(), attachment.content_type, attachment.blob)


def _line(found: Message, recipient: MessageRecipient) -> Line:
    recipient.message = found
    return Line(
        recipient=recipient,
        marks=_MARKS[recipient.state],
        words=_words(recipient),
        at=_at(recipient),
        way=_way(recipient),
        locked=_locked(recipient),
    )


def _words(recipient: MessageRecipient) -> str:
    error = recipient.notification.error if recipient.notification else ""
    texts = {
        states.QUEUED: _("The mail with the link is on its way"),
        states.NOTIFIED: _("Has the mail with the link, has not opened the message yet"),
        states.VERIFIED: _("Verified"),
        states.READ: _("Read"),
        states.BOUNCED: _("The mail with the link could not be delivered"),
        states.SUSPENDED: _("Says that the mobile number is not theirs"),
        states.REVOKED: _("You withdrew the message"),
        states.EXPIRED: _("Can no longer be read"),
    }
    words = texts[recipient.state]
    return f"{words}: {error}" if recipient.state == states.BOUNCED and error else words


def _at(recipient: MessageRecipient) -> datetime | None:
    times = {
        states.NOTIFIED: recipient.notified_at,
        states.VERIFIED: recipient.verified_at,
        states.READ: recipient.read_at,
    }
    return times.get(recipient.state, recipient.stopped_at)


def _way(recipient: MessageRecipient) -> str:
    if recipient.method == SMS:
        number = mask_phone(recipient.open_secret().value)
        return _("Code by SMS to %(number)s") % {"number": number}
    return _("Access code")


def _locked(recipient: MessageRecipient) -> str:
    if codes.is_exhausted(recipient.method, recipient.failures):
        return _("Too many wrong codes were typed. Send the email again to let them try again.")
    if recipient.locked_until and recipient.locked_until > timezone.now():
        return _("Too many wrong codes were typed. They can try again from %(moment)s.") % {
            "moment": show_moment(recipient.locked_until)
        }
    return ""
