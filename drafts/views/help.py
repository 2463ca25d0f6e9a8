"""The help page, with a header block to copy for the recipients of a draft."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import user_of
from drafts import access, actions
from flow.paging import id_in

EXAMPLE_ADDRESS = "jan@example.nl"


@login_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain why a mail is held and what to do; `?draft=` fills in that draft's recipients."""
    pk = id_in(request.GET.get("draft", ""))
    draft = access.draft_for(user_of(request), pk) if pk is not None else None
    addresses = [EXAMPLE_ADDRESS]
    if draft is not None:
        incomplete = draft.recipients.exclude(reason="")
        addresses = list(incomplete.values_list("address", flat=True)) or addresses
    context = {
        "draft": draft,
        "header_block": header_block(addresses),
        "feedback_url": reverse("help_answer"),
    }
    return render(request, "drafts/help.html", context)


@login_required
@require_POST
def help_answer(request: HttpRequest) -> HttpResponse:
    """Take it whether the help page helped, with or without words."""
    helpful, words = request.POST.get("helpful") == "yes", request.POST.get("words", "")
    actions.answer_help(user_of(request), helpful=helpful, words=words)
    messages.success(request, _("Thank you. Your admin can read this."))
    return redirect("help")


def header_block(addresses: list[str]) -> str:
    """Return a zivver_headers block for these addresses, the numbers still to be filled in.

    A number that was forgotten is no number, so that the mail is held.
    """
    number = pgettext("placeholder in the header block", "NUMBER")
    lines = [f"zivver-access-right: {address} sms {number}" for address in addresses]
    return "\n".join(["<!--zivver_headers", *lines, "zivver_headers-->"])
