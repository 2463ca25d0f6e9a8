"""What gateways report, and the demo mailbox: what would have left the house (ZIVWEB_DEMO=1)."""

import time
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from flow.paging import id_in
from notifications import states
from notifications.access import Caught, caught_letter, caught_letters
from notifications.actions import note_report
from notifications.caught import links_of
from notifications.reports import BadReceiptError, is_signed, read_receipt

# Scripts never run in a mail; a click on its links may leave the frame.
MAIL_FRAME = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    f"base-uri 'none'; frame-ancestors 'self'; sandbox {MAIL_FRAME}"
)


@csrf_exempt
@require_POST
def sms_receipt(request: HttpRequest) -> HttpResponse:
    """Take the signed receipt of an SMS gateway; an id that is unknown looks like a known one."""
    if not settings.SMS_RECEIPT_KEY:
        raise Http404
    signature = request.headers.get("X-Signature", "")
    if not is_signed(signature, request.body, settings.SMS_RECEIPT_KEY, time.time()):
        return HttpResponse(status=403)
    try:
        receipt = read_receipt(request.body)
    except BadReceiptError:
        return HttpResponse(status=400)
    report = states.DELIVERED if receipt.delivered else states.RETURNED
    note_report(receipt.token, report, receipt.code)
    return HttpResponse(status=204)


@require_safe
@never_cache
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    """List every mail and SMS, newest first; htmx asks for the list alone.

    An open page asks with `?after=` how many came since: its rows stay where they are.
    """
    letters = caught_letters()
    after = id_in(request.GET.get("after", ""))
    if after is not None:
        count = sum(letter.id > after for letter in letters)
        return render(request, "notifications/_arrivals.html", {"count": count})
    page = "_letters.html" if request.headers.get("HX-Request") else "mailbox.html"
    context = {"letters": letters, "newest": letters[0].id if letters else 0}
    return render(request, f"notifications/{page}", context)


@require_safe
@never_cache
def demo_mail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one mail or SMS: its headers, its texts, its links."""
    letter = caught_letter(pk)
    context = {"letter": letter, "links": links_of(letter.mail.html), "sandbox": MAIL_FRAME}
    return render(request, "notifications/letter.html", context)


@require_safe
@never_cache
def demo_mail_html(_request: HttpRequest, pk: int) -> HttpResponse:
    """Show the HTML part of a mail, for the frame in its page; its links open outside it."""
    html = caught_letter(pk).mail.html
    response = HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = MAIL_CSP
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@require_safe
@never_cache
def demo_mailbox_json(_request: HttpRequest) -> JsonResponse:
    """Give every mail and SMS as JSON, newest first."""
    return JsonResponse([_as_json(letter) for letter in caught_letters()], safe=False)


def _as_json(letter: Caught) -> dict[str, Any]:
    return {
        "id": letter.id,
        "channel": letter.channel,
        "kind": letter.kind,
        "to": letter.to,
        "from": letter.mail.sender,
        "subject": letter.mail.subject,
        "text": letter.mail.text,
        "html": letter.mail.html,
        "headers": dict(letter.mail.headers),
        "sent_at": letter.sent_at,
        "state": letter.state,
    }
