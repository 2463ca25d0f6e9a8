"""What a guest's browser session remembers: who it is, and which messages it may show. Pure."""

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

IDLE = timedelta(minutes=30)  # ASVS 7.3
LONGEST = timedelta(hours=8)
WARNING = timedelta(minutes=5)  # before the end; WCAG 2.2.1 asks for 20 seconds or more
_NOTED_EVERY = timedelta(minutes=1)
_MOST_KNOWN = 20

_BROWSER = "guest_browser"
_VISITS = "guest_visits"
_KNOWN = "guest_known"  # recipients whose address was typed here

Session = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """How long a browser may show a message: until `ends_at`, or longer when it is used.

    `longest` is when a code is asked for again in any case.
    """

    ends_at: datetime
    longest: datetime
    now: datetime

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.now > self.ends_at

    @property
    def is_ending(self) -> bool:
        """Whether it ends soon."""
        return not self.is_over and self.ends_at - self.now <= WARNING

    @property
    def can_be_longer(self) -> bool:
        """Whether using it moves its end."""
        return not self.is_over and self.ends_at < self.longest

    @property
    def look_again(self) -> int:
        """After how many seconds there is something else to say."""
        left = self.ends_at - self.now
        return int((left if self.is_ending else left - WARNING).total_seconds()) + 1


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


def visit_of(session: Session, recipient_id: int, now: datetime, stamp: str = "") -> Visit | None:
    """Return the visit of a recipient, also one that has ended by itself; None when there is none.

    Looking is no use of it.
    """
    visit = session.get(_VISITS, {}).get(str(recipient_id))
    if visit is None or visit[2] != stamp:
        return None
    began, seen = (datetime.fromtimestamp(at, now.tzinfo) for at in visit[:2])
    longest = began + LONGEST
    return Visit(min(seen + IDLE, longest), longest, now)


def stay(session: Session, recipient_id: int, now: datetime) -> None:
    """Note that a visit that is going on was used now."""
    began, _seen, stamp = session[_VISITS][str(recipient_id)]
    session[_VISITS] = {**session[_VISITS], str(recipient_id): [began, now.timestamp(), stamp]}


def proven_with(session: Session, recipient_id: int) -> str:
    """Return the stamp of what was proven for the newest visit, "" when none is known."""
    stamp: str = session.get(_VISITS, {}).get(str(recipient_id), (0.0, 0.0, ""))[2]
    return stamp


def note_known(session: Session, recipient_id: int) -> None:
    """Remember that whoever sits here knows to which address the mail to this recipient went."""
    session[_KNOWN] = [*session.get(_KNOWN, [])[1 - _MOST_KNOWN :], recipient_id]


def is_known(session: Session, recipient_id: int, stamp: str) -> bool:
    """Tell whether a person sat here: who typed the address, or proved this number or code."""
    if recipient_id in session.get(_KNOWN, []):
        return True
    return proven_with(session, recipient_id) == stamp


def end(session: Session, recipient_id: int) -> None:
    """Forget a recipient."""
    visits = session.get(_VISITS, {})
    session[_VISITS] = {key: times for key, times in visits.items() if key != str(recipient_id)}
