"""The rules of one-time codes and wrong tries (RELIABILITY.md, section 4). Pure."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from addresses.text import strip_invisible

DIGITS = 6
LIFE = timedelta(minutes=10)  # NIST SP 800-63B-4, 3.1.3.2
CLOCKS_DIFFER = timedelta(seconds=5)  # those of two machines, at most
RESEND_AFTER = (timedelta(seconds=30), timedelta(seconds=60), timedelta(minutes=5))
SENDS_A_DAY = 5
DAY = timedelta(days=1)

TRIES = 5
LOCKS = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24))
MAX_FAILURES = {"sms": 100, "access_code": 50}  # in a row; then only the sender can help


def new_code() -> str:
    """Return a fresh code of six digits; zeros in front count."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def read_typed(typed: str) -> str:
    """Return the six digits of what a person typed or pasted, "" when it is no code.

    Spaces and dashes do not count, and digits of any script do (full-width, Arabic).
    """
    text = unicodedata.normalize("NFKC", strip_invisible(typed))
    kept = [c for c in text if not c.isspace() and unicodedata.category(c) not in {"Pd", "Cf"}]
    if len(kept) != DIGITS or not all(c.isdecimal() for c in kept):
        return ""
    return "".join(str(int(c)) for c in kept)


def next_send_at(sends: int, last_sent_at: datetime) -> datetime:
    """Return when a code may be sent again after so many sends in a day (at least one)."""
    return last_sent_at + RESEND_AFTER[min(sends, len(RESEND_AFTER)) - 1]


def sends_a_day_used(sends: Sequence[int]) -> bool:
    """Tell whether these numbers of sends use up a day."""
    return sum(sends) >= SENDS_A_DAY


def tries_left(failures: int) -> int:
    """Return how many wrong tries in a row are left before the next lock."""
    return TRIES - failures % TRIES


def lock_after(failures: int, locks: int) -> timedelta | None:
    """Return how long to lock after so many failures in a row and earlier locks, None: not yet."""
    if failures % TRIES:
        return None
    return LOCKS[min(locks, len(LOCKS) - 1)]


def is_exhausted(method: str, failures: int) -> bool:
    """Tell whether so many failures in a row end all trying."""
    return failures >= MAX_FAILURES[method]


def is_locked(failures: int, until: datetime | None, method: str, now: datetime) -> bool:
    """Tell whether wrong tries keep a recipient out now."""
    return is_exhausted(method, failures) or bool(until and until > now)
