"""When a sender is reminded of a held mail: in the working hours of the organization. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.policy import Policy

OPENS, CLOSES = time(9), time(17)
GAP = timedelta(hours=4)  # a sender gets no two reminders within this time
_DAY = timedelta(days=1)
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Life:
    """When a draft came in, when it ends, and where its people work."""

    created_at: datetime
    expires_at: datetime
    zone: ZoneInfo


def expiry_of(created_at: datetime, policy: Policy) -> datetime:
    """Return when a draft of this time is destroyed."""
    return created_at + timedelta(days=policy.keep_drafts_days)


def next_reminder(life: Life, policy: Policy, after: datetime) -> datetime | None:
    """Return the first time to remind after `after`, None when there is none before the end."""
    moments = (at for at in _moments(life, policy) if after < at < life.expires_at)
    return min(moments, default=None)


def is_working(moment: datetime, zone: ZoneInfo) -> bool:
    """Tell whether people work at this time: Monday to Friday, nine to five."""
    local = moment.astimezone(zone)
    return local.weekday() <= _FRIDAY and OPENS <= local.time() < CLOSES


def next_working(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return this moment when people work then, else the next morning on which they do."""
    if is_working(moment, zone):
        return moment
    local = moment.astimezone(zone)
    day = local.date() + (_DAY if local.time() >= OPENS else timedelta())
    while day.weekday() > _FRIDAY:
        day += _DAY
    return datetime.combine(day, OPENS, zone).astimezone(moment.tzinfo)


def last_working(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return this moment when people work then, else the last hour of work before it."""
    if is_working(moment, zone):
        return moment
    local = moment.astimezone(zone)
    day = local.date() - (_DAY if local.time() < OPENS else timedelta())
    while day.weekday() > _FRIDAY:
        day -= _DAY
    evening = datetime.combine(day, CLOSES, zone) - timedelta(hours=1)
    return evening.astimezone(moment.tzinfo)


def _moments(life: Life, policy: Policy) -> Iterator[datetime]:
    for hours in policy.reminder_hours:
        yield next_working(life.created_at + timedelta(hours=hours), life.zone)
    warning = life.expires_at - timedelta(hours=policy.remind_before_expiry_hours)
    yield last_working(warning, life.zone)
