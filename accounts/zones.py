"""The time zone of an organization, whatever name was filled in."""

import functools
import logging
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FALLBACK = "Europe/Amsterdam"
log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """Return this time zone; where there is none, that of Amsterdam, with one line in the log."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.warning("There is no time zone %r, %s is used", name, FALLBACK)
        return ZoneInfo(FALLBACK)
