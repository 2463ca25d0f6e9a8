"""Reminds a sender of everything that is held, in one mail, when people work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import Organization, User
from drafts import states
from drafts.actions.finishing import held_draft
from drafts.actions.telling import LISTED, TOGETHER, about_drafts_of, lines_of, tell_person
from drafts.models import Draft
from drafts.reminders import GAP, Hours, Life, hours_of, is_working, next_reminder, next_working
from flow.actions import Sweep
from notifications.models import Notification
from notifications.states import CANCELLED

REMINDER = "reminder"

_working = Sweep("drafts.tasks.remind_due", Organization, lasting=True)


def senders_to_remind(limit: int) -> list[int]:
    """Return whom to remind now, as far as they work at this time."""
    due = Draft.objects.filter(remind_at__lte=timezone.now(), state__in=states.HELD)
    rows = list(due.order_by().values_list("sender", "organization").distinct()[:limit])
    organizations = Organization.objects.in_bulk({organization for _, organization in rows})
    works = partial(_works, organizations, timezone.now())
    working = set(_working.each(sorted(organizations), works))
    return [sender for sender, organization in rows if organization in working]


def _works(organizations: Mapping[int, Organization], now: datetime, pk: int) -> int | None:
    return pk if is_working(now, _hours(organizations[pk])) else None


@transaction.atomic
def remind_sender(sender_id: int) -> int:
    """Remind a sender of all held drafts that are not put off; return of how many."""
    User.objects.select_for_update(no_key=True).get(pk=sender_id)
    now = timezone.now()
    held = Draft.objects.filter(sender=sender_id, state__in=states.HELD)
    rows = held.select_related("organization", "sender").select_for_update(of=("self",))
    found = list(rows.order_by("pk")[:TOGETHER])
    due = held.filter(remind_at__lte=now)
    if not due.exists():
        return 0
    if _is_recent(sender_id, now):
        due.update(remind_at=now + GAP)
        return 0
    drafts = [draft for draft in found if not _is_put_off(draft, now)]
    if drafts:
        _mail(drafts, now)
    due.exclude(pk__in=[draft.pk for draft in drafts]).update(remind_at=now + GAP)
    return len(drafts)


@transaction.atomic
def snooze_reminders(draft: Draft, days: int, *, actor: User) -> datetime:
    """Remind of this draft no sooner than after so many days; return when. Raises Unfinished."""
    locked = held_draft(draft, needs_web_sending=False)
    hours = _hours(locked.organization)
    local = timezone.now().astimezone(hours.zone) + timedelta(days=days)
    morning = local.replace(hour=0, minute=0, second=0, microsecond=0)
    locked.remind_at = next_working(morning, hours)
    locked.save(update_fields=["remind_at"])
    audit.record(
        "snooze", str(locked), organization_id=locked.organization_id, actor_id=actor.pk, days=days
    )
    return locked.remind_at


def _mail(drafts: list[Draft], now: datetime) -> None:
    sender = drafts[0].sender
    context = {
        "drafts": lines_of(drafts),
        "draft_count": len(drafts),
        "more_count": max(0, len(drafts) - LISTED),
        "ends_soon": min(draft.expires_at for draft in drafts if draft.expires_at).date(),
        "web_sending": drafts[0].organization.policy.web_sending,
    }
    key = f"{REMINDER}:{sender.pk}:{int(now.timestamp())}"
    notice = tell_person(sender, REMINDER, context, about=about_drafts_of(sender.pk), key=key)
    for draft in drafts:
        draft.remind_at, draft.notice = _next(draft, now + GAP), notice
    Draft.objects.bulk_update(drafts, ["remind_at", "notice"], batch_size=100)


def _is_recent(sender_id: int, now: datetime) -> bool:
    """Tell whether this person was reminded a short while ago."""
    mails = Notification.objects.filter(about=about_drafts_of(sender_id), kind=REMINDER)
    return mails.filter(created_at__gt=now - GAP).exclude(state=CANCELLED).exists()


def _is_put_off(draft: Draft, now: datetime) -> bool:
    """Tell whether its next reminder lies later than the policy says: somebody put it off."""
    planned = _next(draft, now)
    return draft.remind_at is not None and draft.remind_at > (planned or now)


def _next(draft: Draft, after: datetime) -> datetime | None:
    if draft.expires_at is None:
        return None
    life = Life(draft.created_at, draft.expires_at, _hours(draft.organization))
    return next_reminder(life, draft.organization.policy, after)


def _hours(organization: Organization) -> Hours:
    return hours_of(organization.policy, organization.zone)
