"""The admin's view of what is held: causes, addresses, a dry run; never a content."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import user_of
from accounts.models import User
from addresses.mail import AddressError, normalize_address
from drafts import access, states
from drafts.radar import answers_of, radar_of
from drafts.templatetags.life import timeline_of
from drafts.wording import candidate_words, method_words, rejected_words

BAR_WIDTH, BAR_STEP = 300, 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart, in units of the drawing."""

    label: str
    count: int
    width: int
    y: int


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a dry run: a datum, and what came of it."""

    words: str
    used: bool
    why: str


@login_required
@require_safe
def radar(request: HttpRequest) -> HttpResponse:
    """Show what is held now, and the dry run that was asked for."""
    admin = _admin(request)
    found = radar_of(admin.organization)
    reasons = {
        states.MISSING: _("Nothing is known"),
        states.INVALID: _("The number is wrong"),
        states.DISPUTED: _("The recipient says that the number is not theirs"),
        states.COUNTRY: _("SMS to its country is not switched on"),
        states.NOT_ALLOWED: _("The policy does not allow it"),
        states.BAD_HEADER: _("A wrong header line"),
        states.DUPLICATE: _("Sent before"),
    }
    ages = {
        "hour": _("Less than an hour"),
        "day": _("Less than a day"),
        "three_days": _("One to three days"),
        "longer": _("Longer"),
    }
    context = {
        "radar": found,
        "causes": _bars(found.causes, reasons),
        "ages": _bars(found.ages, ages),
        "causes_height": BAR_STEP * len(found.causes),
        "blockers": [(row, reasons.get(row.reason, "")) for row in found.blockers],
        **_dry_run(admin, request.GET.get("sender", ""), request.GET.get("recipient", "")),
    }
    return render(request, "drafts/radar.html", context)


@login_required
@require_safe
def radar_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what happened to a draft of the organization: no subject, no text, no recipients."""
    found = access.draft_of_organization(_admin(request), pk)
    timeline = timeline_of(found, found.message, named=False)
    return render(request, "drafts/radar_draft.html", {"draft": found, "timeline": timeline})


@login_required
@require_safe
def help_answers(request: HttpRequest) -> HttpResponse:
    """Show what people said of the help page."""
    answers = answers_of(_admin(request).organization)
    helped = sum(answer.helpful for answer in answers)
    return render(request, "drafts/help_answers.html", {"answers": answers, "helped": helped})


def _admin(request: HttpRequest) -> User:
    user = user_of(request)
    if not (user.is_editor or user.is_policy_admin):
        raise Http404
    return user


def _bars(counts: Mapping[str, int], labels: Mapping[str, str]) -> list[Bar]:
    most = max(counts.values(), default=0) or 1
    shown = [(label, counts[name]) for name, label in labels.items() if name in counts]
    return [
        Bar(label, count, round(count / most * BAR_WIDTH), position * BAR_STEP)
        for position, (label, count) in enumerate(shown)
    ]


def _dry_run(admin: User, sender: str, recipient: str) -> dict[str, object]:
    """Return what would happen if this person mailed that address, step by step."""
    asked: dict[str, object] = {"sender": sender, "recipient": recipient}
    if not sender or not recipient:
        return asked
    try:
        address = normalize_address(recipient.strip())
        colleague = access.colleague_by_address(admin, sender.strip())
    except (AddressError, Http404):
        return asked | {"error": _("This is not a colleague, or not an email address.")}
    policy = admin.policy
    verdict = access.verdict_for(colleague, address)
    steps = [
        Step(candidate_words(item.candidate), used=False, why=rejected_words(item.why, policy))
        for item in verdict.rejected
    ]
    if verdict.chosen is not None:
        steps.append(Step(candidate_words(verdict.chosen), used=True, why=""))
    way = method_words(verdict.chosen.method) if verdict.chosen else ""
    return asked | {"steps": steps, "way": way, "ran": True}
