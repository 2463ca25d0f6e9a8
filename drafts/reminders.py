"""When a sender is reminded of a held mail: in the working hours of the organization. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.policy import Policy

GAP = timedelta(hours=4)  # a sender gets no two reminders within this time
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When people work: on which days (0: Monday), from and until which hour, and where."""

    zone: ZoneInfo
    days: frozenset[int]
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Life:
    """When a draft came in, when it ends, and when its people work."""

    created_at: datetime
    expires_at: datetime
    hours: Hours


def hours_of(policy: Policy, zone: ZoneInfo) -> Hours:
    """Return when the people of an organization work; days or hours that are none mean all."""
    days = frozenset(policy.work_days) & frozenset(range(7))
    opens, closes = policy.work_from, policy.work_until
    whole_day = not 0 <= opens < closes <= 24
    return Hours(
        zone, days or frozenset(range(7)), 0 if whole_day else opens, 24 if whole_day else closes
    )


def expiry_of(created_at: datetime, policy: Policy) -> datetime:
    """Return when a draft of this time is destroyed."""
    return created_at + timedelta(days=policy.keep_drafts_days)


def next_reminder(life: Life, policy: Policy, after: datetime) -> datetime | None:
    """Return the first time to remind after `after`, None when there is none before the end."""
    moments = (at for at in _moments(life, policy) if after < at < life.expires_at)
    return min(moments, default=None)


def is_working(moment: datetime, hours: Hours) -> bool:
    """Tell whether people work at this time."""
    local = moment.astimezone(hours.zone)
    return local.weekday() in hours.days and hours.opens <= local.hour < hours.closes


def next_working(moment: datetime, hours: Hours) -> datetime:
    """Return this moment when people work then, else the next morning on which they do."""
    if is_working(moment, hours):
        return moment
    local = moment.astimezone(hours.zone)
    day = local.date() + (_DAY if local.hour >= hours.opens else timedelta())
    while day.weekday() not in hours.days:
        day += _DAY
    return datetime.combine(day, time(hours.opens), hours.zone).astimezone(moment.tzinfo)


def last_working(moment: datetime, hours: Hours) -> datetime:
    """Return this moment when people work then, else the last hour of work before it."""
    if is_working(moment, hours):
        return moment
    local = moment.astimezone(hours.zone)
    day = local.date() - (_DAY if local.hour < hours.opens else timedelta())
    while day.weekday() not in hours.days:
        day -= _DAY
    return datetime.combine(day, time(hours.closes - 1), hours.zone).astimezone(moment.tzinfo)


def _moments(life: Life, policy: Policy) -> Iterator[datetime]:
    for hours in policy.reminder_hours:
        yield next_working(life.created_at + timedelta(hours=hours), life.hours)
    warning = life.expires_at - timedelta(hours=policy.remind_before_expiry_hours)
    yield last_working(warning, life.hours)
