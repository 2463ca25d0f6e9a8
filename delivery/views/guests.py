"""The only anonymous pages: a recipient's own link. A GET changes nothing."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.context import support_of
from accounts.policy import SMS
from accounts.unsent import forget_all, is_kept_for, kept_for
from addresses.agents import device_name
from addresses.peers import is_loopback, peer_of
from addresses.phone import mask_phone
from delivery import access, actions, codes, states, visits
from delivery.actions import verifying
from delivery.actions.devices import LIFE
from delivery.devices import cookie_with, tokens_in
from delivery.forms import (
    ReplyForm,
    form_for,
    network_error,
    no_code_error,
    not_sent_error,
    show_moment,
    sms_trouble,
    wrong_code_error,
)
from delivery.models import MessageRecipient
from delivery.phrases import phrase_for
from delivery.render import attachment_response, body_response, notice_response
from delivery.views.letters import answers_of, archive_of, letter_of, print_response, shown_of
from notifications.access import newest_about
from notifications.states import CANCELLED, FAILED, SENT
from vault.keys import VaultError

log = logging.getLogger(__name__)

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, MessageRecipient, Rest], HttpResponseBase]

REFUSED, TOO_MANY, GONE, UNREADABLE = 422, 429, 410, 503
KEPT = "kept"  # the field that names an answer that came back
DEVICE_COOKIE = f"{settings.COOKIE_PREFIX}device"
ENOUGH = 286  # htmx stops asking
_CHANGING = ["state", "failures", "locks", "locked_until"]


def of_guest(view: View[Rest]) -> Callable[..., HttpResponseBase]:
    """Give the view the recipient of the link, and keep the answer out of caches and referrers.

    A link that is unknown answers the same page whatever is wrong with it.
    """

    @wraps(view)
    def answer(
        request: HttpRequest, token: str, *args: Rest.args, **kwargs: Rest.kwargs
    ) -> HttpResponseBase:
        try:
            recipient = access.recipient_for(token)
        except access.UnknownLinkError:
            response: HttpResponseBase = render(request, "delivery/guest_unknown.html", status=404)
        else:
            with timezone.override(recipient.message.organization.zone):
                try:
                    response = view(request, recipient, *args, **kwargs)
                except VaultError:  # its key is lost: say whom to ask
                    log.exception("%s cannot be opened", recipient)
                    response = guest_page(request, recipient, "guest_unreadable", status=UNREADABLE)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answer


@require_safe
@of_guest
def guest(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Show what this link is for: how to open the message, or the message."""
    if is_visiting(request, recipient):
        return message_page(request, recipient)
    return closed_page(request, recipient)


def message_page(
    request: HttpRequest,
    recipient: MessageRecipient,
    *,
    form: ReplyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the message, what was answered, and a place to answer."""
    letter, now = letter_of(recipient.message), timezone.now()
    kept = next(iter(kept_for(request.session, owner_of_answer(recipient), now)), None)
    shown = {
        "letter": letter,
        "answers": answers_of(access.replies_for(recipient)),
        "form": form or ReplyForm(recipient=recipient, letter=letter, kept=kept),
        "kept": kept if form is None else None,
        "files_again": kept.left_out if kept and form is None else bool(request.FILES),
        "kept_key": request.POST.get(KEPT, kept.key if kept else ""),
        "visit": visits.visit_of(request.session, recipient.pk, now, recipient.stamp),
        "with_images": "images" in request.GET,
        "devices": access.devices_of(recipient),
    }
    return guest_page(request, recipient, "guest_message", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_send_code(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Send a code by SMS, or the same one again."""
    if request.method != "POST":
        return _to_guest(recipient)
    _note_language(request, recipient)
    try:
        actions.send_code(recipient, visits.browser_of(request.session), peer_of_request(request))
    except actions.CodeNotSentError as refusal:
        recipient.refresh_from_db(fields=_CHANGING)
        error = not_sent_error(refusal.reason, refusal.until)
        status = TOO_MANY if refusal.until else REFUSED
        return closed_page(request, recipient, error=error, status=status)
    return _to_guest(recipient)


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_verify(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Open the message with a code."""
    if request.method != "POST":
        return _to_guest(recipient)
    form = form_for(recipient.method)(request.POST)
    if not form.is_valid():
        return closed_page(request, recipient, form=form, status=REFUSED)
    browser = visits.known_browser(request.session)
    typed = form.cleaned_data["code"]
    attempt = actions.open_message(recipient, browser, typed, peer_of_request(request))
    if attempt.problem:
        return _refused(request, recipient, form, attempt)
    _note_language(request, recipient)
    begin_visit(request, recipient)
    response = _to_guest(recipient)
    if "remember" in request.POST:
        _remember_device(request, recipient, response)
    return response


@require_safe
@of_guest
def guest_sms(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Say what became of the SMS, for the page that waits for it."""
    found = newest_about([str(recipient)], "code").get(str(recipient))
    context = {"trouble": sms_trouble(found, timezone.now()), "sender": recipient.message.sender}
    is_over = found is None or found.state in {SENT, FAILED, CANCELLED}
    status = ENOUGH if is_over else 200
    return render(request, "delivery/_sms.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_guest
def guest_close(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Have this browser forget the message, say on somebody else's computer."""
    if request.method == "POST":
        visits.end(request.session, recipient.pk)
        forget_all(request.session, owner_of_answer(recipient))
    return _to_guest(recipient)


@require_safe
@of_guest
def guest_body(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Return the message's HTML for its sandboxed frame."""
    if not is_visiting(request, recipient):
        response = notice_response(
            _("This page was open for a long time. Reload it to open the message again.")
        )
        response.status_code = 403
        return response
    files = access.attachments_of(recipient.message)
    return body_response(shown_of(recipient.message), files, remote_images="images" in request.GET)


@require_safe
@of_guest
def guest_print(request: HttpRequest, recipient: MessageRecipient) -> HttpResponse:
    """Return the message on a page of its own, for paper."""
    if not is_visiting(request, recipient):
        return _to_guest(recipient)
    return print_response(recipient.message)


@require_safe
@of_guest
def guest_archive(request: HttpRequest, recipient: MessageRecipient) -> HttpResponseBase:
    """Return all files of the message as one zip."""
    if not is_visiting(request, recipient):
        return _to_guest(recipient)
    return archive_of(recipient.message)


@require_safe
@of_guest
def guest_attachment(
    request: HttpRequest, recipient: MessageRecipient, pk: int
) -> HttpResponseBase:
    """Return a file of the message."""
    if not is_visiting(request, recipient):
        return _to_guest(recipient)
    attachment = access.attachment_of(recipient.message, pk)
    return attachment_response(attachment.open_name(), attachment.content_type, attachment.blob)


def begin_visit(request: HttpRequest, recipient: MessageRecipient) -> None:
    """Have this browser show the message from now on, in a session with a new name.

    The CSRF secret stays: the forms of other messages are open in other tabs (docs/adr/0041).
    """
    request.session.cycle_key()
    visits.begin(request.session, recipient.pk, timezone.now(), recipient.stamp)


def is_visiting(request: HttpRequest, recipient: MessageRecipient) -> bool:
    """Tell whether this browser may show the message now."""
    now = timezone.now()
    return access.is_open(recipient, now) and visits.is_current(
        request.session, recipient.pk, now, recipient.stamp
    )


def owner_of_answer(recipient: MessageRecipient) -> str:
    """Return to whom an answer belongs that was kept: whoever proves the same number or code."""
    return f"guest:{recipient.pk}:{recipient.stamp}"


def device_tokens(request: HttpRequest) -> list[str]:
    """Return the tokens of a browser that recipients trust."""
    return tokens_in(request.COOKIES.get(DEVICE_COOKIE, ""))


def _remember_device(
    request: HttpRequest, recipient: MessageRecipient, response: HttpResponse
) -> None:
    name = device_name(request.headers.get("User-Agent", ""))
    token = actions.trust_device(recipient, name)
    if token:
        response.set_cookie(
            DEVICE_COOKIE,
            cookie_with(token, device_tokens(request)),
            max_age=LIFE,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def peer_of_request(request: HttpRequest) -> str:
    """Return the network address that limits count for, "" where nobody is counted."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    peer = peer_of(request.META.get("REMOTE_ADDR", ""), forwarded, settings.TRUSTED_PROXIES)
    # Everybody in a demo sits at the machine that runs it.
    return "" if settings.DEMO and is_loopback(peer) else peer


def _note_language(request: HttpRequest, recipient: MessageRecipient) -> None:
    """Keep the language that somebody chose on our pages for the mails and SMS that follow."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        actions.choose_language(recipient, chosen)


def _to_guest(recipient: MessageRecipient) -> HttpResponse:
    return redirect("guest", recipient.token)


def _refused(
    request: HttpRequest, recipient: MessageRecipient, form: forms.Form, attempt: actions.Attempt
) -> HttpResponse:
    recipient.refresh_from_db(fields=_CHANGING)
    if attempt.problem == verifying.WRONG:
        form.add_error("code", wrong_code_error(recipient.method, attempt.tries_left))
    if attempt.problem == verifying.NO_CODE:
        form.add_error("code", no_code_error())
    status = TOO_MANY if attempt.problem == verifying.LOCKED else REFUSED
    tries = access.tries_of([recipient])[recipient.pk]
    of_network = attempt.problem == verifying.LOCKED and tries.locked_until is None
    error = network_error(attempt.until) if of_network and attempt.until else ""
    return closed_page(request, recipient, form=form, error=error, status=status)


def closed_page(
    request: HttpRequest,
    recipient: MessageRecipient,
    *,
    form: forms.Form | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show how the message can be opened, or why it cannot (any more)."""
    now = timezone.now()
    if recipient.state == states.SUSPENDED and recipient.message.expires_at > now:
        return guest_page(request, recipient, "guest_suspended", {"error": error}, status=status)
    if not access.is_open(recipient, now):
        return guest_page(request, recipient, "guest_ended", status=GONE)
    secret = recipient.open_secret()
    is_sms = recipient.method == SMS
    tries = access.tries_of([recipient])[recipient.pk]
    locked_until = tries.locked_until
    shown = {
        "form": form or form_for(recipient.method)(),
        "is_kept": is_kept_for(request.session, owner_of_answer(recipient), now),
        "error": error,
        "is_sms": is_sms,
        "number": mask_phone(secret.value) if is_sms else "",
        "hint": secret.hint,
        "locked_until": show_moment(locked_until) if locked_until and locked_until > now else "",
        "is_exhausted": codes.is_exhausted(recipient.method, tries.failures),
        "device": access.trusted_device(recipient, device_tokens(request), now),
        "may_remember": recipient.message.organization.policy.trusted_devices,
        **(_sending(request, recipient) if is_sms else {}),
    }
    return guest_page(request, recipient, "guest_verify", shown, status=status)


def _sending(request: HttpRequest, recipient: MessageRecipient) -> dict[str, object]:
    """Return what the page says of the code that was sent, and of the next one."""
    now = timezone.now()
    browser = visits.known_browser(request.session)
    again_at, day_used = access.next_send(recipient, now)
    sent = newest_about([str(recipient)], "code").get(str(recipient))
    return {
        "challenge": access.live_challenge(recipient, browser, now),
        "again_at": show_moment(again_at) if again_at > now else "",
        "again_from": again_at,
        "day_used": day_used,
        "trouble": sms_trouble(sent, now),
    }


def guest_page(
    request: HttpRequest,
    recipient: MessageRecipient,
    name: str,
    shown: dict[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show a page with what every page of a recipient shows."""
    organization = recipient.message.organization
    context = {
        "recipient": recipient,
        "message": recipient.message,
        "organization": organization,
        "sender": recipient.message.sender,
        "token": recipient.token,
        "support": support_of(organization),
        "own_text": organization.texts.get(f"page_{(get_language() or 'nl')[:2]}", ""),
        "phrase": organization.policy.phrase
        or phrase_for(organization.pk, recipient.address, get_language() or recipient.language),
        **(shown or {}),
    }
    return render(request, f"delivery/{name}.html", context, status=status)
