"""Which verification data is used for a recipient (DESIGN.md, section 5). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.policy import DRAFT, HEADER, LEVELS, ORGANIZATION, PERSONAL, SMS, Policy
from addresses.phone import PhoneError, parse_mobile
from drafts.states import COUNTRY, DISPUTED, INVALID, MISSING, NOT_ALLOWED

TOO_WEAK = "too_weak"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A datum that could be used. `phone` is "" for an access code; the code is not needed here."""

    method: str
    source: str
    phone: str = ""
    fixed: bool = False
    domain: bool = False
    confirmed_at: datetime | None = None
    entered_at: datetime | None = None
    datum_id: int | None = None
    disputed: bool = False

    @property
    def level(self) -> int:
        """How strong the method is: 3 is strongest."""
        return LEVELS.get(self.method, 0)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A datum that is not used, and why: invalid, disputed, country, not_allowed or too_weak."""

    candidate: Candidate
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The datum that is used (None: the recipient is incomplete), and those passed over."""

    chosen: Candidate | None
    rejected: tuple[Rejected, ...] = ()

    @property
    def reason(self) -> str:
        """Why the recipient is incomplete; "" when complete."""
        if self.chosen is not None:
            return ""
        reasons = [rejected.why for rejected in self.rejected]
        told = [INVALID, DISPUTED, COUNTRY, NOT_ALLOWED]
        return next((why for why in told if why in reasons), NOT_ALLOWED if reasons else MISSING)


def resolve(candidates: Iterable[Candidate], policy: Policy, minimum: str = "") -> Verdict:
    """Return the verdict on one recipient.

    `minimum` is the weakest method that the mail itself accepts. What a person asked for, and a
    number that turns out wrong, or of a country that SMS may not go to, is a requirement: nothing
    weaker is used in its place. A number that the recipient disputed is not used, until the sender
    types it again for their own book.
    """
    candidates = list(candidates)
    disputed = {each.phone for each in candidates if each.disputed} - {""}
    floor = LEVELS.get(minimum, 0)
    rejected: list[Rejected] = []
    for candidate in sorted(candidates, key=_rank):
        why = _why_not(candidate, policy, floor)
        if not why and (
            candidate.disputed or (_is_shared(candidate) and candidate.phone in disputed)
        ):
            why = DISPUTED
        if not why:
            return Verdict(candidate, tuple(rejected))
        if why in {INVALID, DISPUTED, COUNTRY} or _rank(candidate)[0] < _STORED:
            floor = max(floor, candidate.level)
        rejected.append(Rejected(candidate, why))
    return Verdict(None, tuple(rejected))


def other_number(chosen: Candidate | None, candidates: Iterable[Candidate]) -> Candidate | None:
    """Return the organization's number, where the sender's own book has another one in use."""
    if chosen is None or chosen.source != PERSONAL or chosen.method != SMS:
        return None
    shared = [each for each in candidates if each.source == ORGANIZATION and not each.disputed]
    return next((each for each in shared if each.phone not in {"", chosen.phone}), None)


_STORED, _DOMAIN = 3, 4


def _rank(candidate: Candidate) -> tuple[int, int, bool, bool, float]:
    if candidate.source == DRAFT:
        place = 0
    elif candidate.source == HEADER:
        place = 1
    elif candidate.domain:
        place = _DOMAIN
    else:
        place = 2 if candidate.fixed and candidate.source == ORGANIZATION else _STORED
    age = -((candidate.entered_at or _LONG_AGO) - _LONG_AGO).total_seconds()
    unproven, not_own = candidate.confirmed_at is None, candidate.source != PERSONAL
    return place, -candidate.level, unproven, not_own, age


def _why_not(candidate: Candidate, policy: Policy, floor: int) -> str:
    if candidate.level < floor:
        return TOO_WEAK
    if not policy.allows(candidate.method, candidate.source):
        return NOT_ALLOWED
    return _number_problem(candidate.phone, policy) if candidate.method == SMS else ""


def _is_shared(candidate: Candidate) -> bool:
    """Tell whether the sender did not put this number there by hand."""
    return candidate.source in {HEADER, ORGANIZATION}


def _number_problem(phone: str, policy: Policy) -> str:
    try:
        number = parse_mobile(phone, policy.default_country)
    except PhoneError:
        return INVALID
    return "" if policy.allows_sms_to(number) else COUNTRY
