"""What is held in an organization now, and why: for its admin, without contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import Organization
from drafts import states
from drafts.models import Draft, HelpAnswer, Recipient

TOP, LISTED, MEASURED = 10, 50, 2000
MONTH = timedelta(days=30)
AGES = ("hour", "day", "three_days", "longer")


@dataclass(frozen=True, slots=True)
class Blocker:
    """An address that holds mails, and how many."""

    address: str
    drafts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Radar:
    """The counts. `causes` and `ages` are by code; `median_minutes` is None when nothing was."""

    held: int
    ready: int
    causes: dict[str, int]
    ages: dict[str, int]
    blockers: Sequence[Blocker]
    drafts: Sequence[Draft]
    finished: int
    median_minutes: int | None


def radar_of(organization: Organization) -> Radar:
    """Return what is held now in this organization, in a constant number of queries."""
    held = Draft.objects.filter(organization=organization, state__in=states.HELD)
    minutes = _minutes_to_finish(organization)
    counts = _counts(held)
    rows = held.select_related("sender").prefetch_related("recipients").order_by("pk")
    return Radar(
        held=counts["held"],
        ready=counts["ready"],
        causes=_causes(organization, counts),
        ages={age: counts[age] for age in AGES},
        blockers=_blockers(organization),
        drafts=list(rows[:LISTED]),
        finished=len(minutes),
        median_minutes=round(median(minutes)) if minutes else None,
    )


def answers_of(organization: Organization) -> Sequence[HelpAnswer]:
    """Return the newest answers to whether the help page helped."""
    answers = HelpAnswer.objects.filter(organization=organization).select_related("user")
    return list(answers.order_by("-pk")[:LISTED])


def _counts(held: QuerySet[Draft]) -> dict[str, int]:
    hour, day, three = (timezone.now() - timedelta(hours=hours) for hours in (1, 24, 72))
    found: dict[str, int] = held.aggregate(
        held=Count("pk"),
        ready=Count("pk", filter=Q(state=states.READY)),
        bad_header=Count("pk", filter=Q(problem=states.BAD_HEADER)),
        duplicate=Count("pk", filter=Q(problem=states.DUPLICATE)),
        hour=Count("pk", filter=Q(created_at__gt=hour)),
        day=Count("pk", filter=Q(created_at__lte=hour, created_at__gt=day)),
        three_days=Count("pk", filter=Q(created_at__lte=day, created_at__gt=three)),
        longer=Count("pk", filter=Q(created_at__lte=three)),
    )
    return found


def _causes(organization: Organization, counts: dict[str, int]) -> dict[str, int]:
    incomplete = _incomplete(organization)
    reasons = incomplete.order_by().values("reason").annotate(count=Count("draft", distinct=True))
    found = {row["reason"]: row["count"] for row in reasons}
    problems = {name: counts[name] for name in (states.BAD_HEADER, states.DUPLICATE)}
    return {name: count for name, count in {**found, **problems}.items() if count}


def _blockers(organization: Organization) -> Sequence[Blocker]:
    rows = _incomplete(organization).order_by().values("address", "reason")
    counted = rows.annotate(count=Count("draft")).order_by("-count", "address")[:TOP]
    return [Blocker(row["address"], row["count"], row["reason"]) for row in counted]


def _incomplete(organization: Organization) -> QuerySet[Recipient]:
    return Recipient.objects.exclude(reason="").filter(
        draft__organization=organization, draft__state__in=states.HELD
    )


def _minutes_to_finish(organization: Organization) -> list[float]:
    """Return how long mails were held that went out in the last month."""
    sent = Draft.objects.filter(
        organization=organization,
        state=states.SENT,
        mails_about__gt=0,
        message__created_at__gt=timezone.now() - MONTH,
    )
    times = sent.annotate(sent_at=F("message__created_at")).order_by("-pk")
    pairs = times.values_list("created_at", "sent_at")[:MEASURED]
    return [(sent_at - created_at).total_seconds() / 60 for created_at, sent_at in pairs]
