"""What a guest's browser session remembers: who it is, and which messages it may show. Pure."""

import secrets
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

IDLE = timedelta(minutes=30)  # ASVS 7.3
LONGEST = timedelta(hours=8)
_NOTED_EVERY = timedelta(minutes=1)

_BROWSER = "guest_browser"
_VISITS = "guest_visits"

Session = MutableMapping[str, Any]


def browser_of(session: Session) -> str:
    """Return the secret name of this browser session; it gets one when it has none."""
    name: str = session.setdefault(_BROWSER, secrets.token_urlsafe(16))
    return name


def known_browser(session: Session) -> str:
    """Return the secret name of this browser session, "" when it never asked for anything."""
    name: str = session.get(_BROWSER, "")
    return name


def begin(session: Session, recipient_id: int, now: datetime, stamp: str = "") -> None:
    """Remember that this session was verified as a recipient of one message.

    `stamp` stands for the number or code that was proven: with another one the visit is over.
    """
    visit = [now.timestamp(), now.timestamp(), stamp]
    session[_VISITS] = {**session.get(_VISITS, {}), str(recipient_id): visit}


def is_current(session: Session, recipient_id: int, now: datetime, stamp: str = "") -> bool:
    """Tell whether this session may show the recipient's message, and note that it was used."""
    visit = session.get(_VISITS, {}).get(str(recipient_id), (0.0, 0.0, ""))
    began, seen, proven = visit
    at = now.timestamp()
    if proven != stamp:
        return False
    if at - began > LONGEST.total_seconds() or at - seen > IDLE.total_seconds():
        return False
    if at - seen > _NOTED_EVERY.total_seconds():
        session[_VISITS] = {**session[_VISITS], str(recipient_id): [began, at, stamp]}
    return True


def end(session: Session, recipient_id: int) -> None:
    """Forget a recipient."""
    visits = session.get(_VISITS, {})
    session[_VISITS] = {key: times for key, times in visits.items() if key != str(recipient_id)}
