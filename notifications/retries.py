"""When a notification is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

# A worker that died is noticed, and its mail sent, within two minutes (RELIABILITY.md, I14). The
# mails of a batch share a lease; each that begins when half of it is over prolongs its own.
LEASE = timedelta(seconds=90)
KEEP_TRYING = timedelta(days=5)  # RFC 5321, 4.5.4.1
RELAY_DOWN_WAIT = timedelta(minutes=1)
SMS_IS_LATE = timedelta(minutes=10)  # a code is valid that long, RELIABILITY.md, section 4

# A code is waited for: tries are close together, and end with its life.
_SMS_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 30))
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))


def next_try(attempts: int, now: datetime) -> datetime:
    """Return when to try again after so many attempts (1 or more): 1, 5, 15, 60, 60… minutes."""
    return now + _WAITS[min(attempts, len(_WAITS)) - 1]


def next_sms_try(attempts: int, now: datetime) -> datetime:
    """Return when to try an SMS again after so many attempts: 5, 10, 20, 30, 30… seconds."""
    return now + _SMS_WAITS[min(attempts, len(_SMS_WAITS)) - 1]


def is_given_up(created_at: datetime, now: datetime) -> bool:
    """Tell whether a mail has been tried for long enough."""
    return now - created_at >= KEEP_TRYING


def is_late_sms(created_at: datetime, useless_at: datetime | None, now: datetime) -> bool:
    """Tell whether an SMS waited so long that its code is of no use."""
    return now >= (useless_at or created_at + SMS_IS_LATE)
