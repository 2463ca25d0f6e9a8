"""What a sender asks for in zivver_headers: who verifies how, how long, at least how strongly."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from addresses.mail import without_joiners
from intake.blocks import TakenBlock, take_from_html, take_from_text
from intake.blocks.flat import tidy
from intake.headers import shown
from intake.headers.values import (
    ACCESS_CODE,
    EMAIL,
    LONGEST,
    SMS,
    LineError,
    bare,
    fold_key,
    fold_value,
    read_expiration,
    read_minimum,
    read_right,
)

__all__ = [
    "ACCESS_CODE",
    "EMAIL",
    "LONGEST",
    "MAX_LINE",
    "MAX_LINES",
    "SMS",
    "AccessRight",
    "HeaderProblem",
    "Instructions",
    "instructions_for",
    "read_instructions",
    "split_line",
]

MAX_LINE: Final = 1_000
MAX_LINES: Final = 1_000
_MAX_SHOWN: Final = 200
_STRENGTH: Final = ["", EMAIL, ACCESS_CODE, SMS]
_PASSED_OVER: Final = {"zivver-relay"}  # for mail servers on the way, asks nothing of us


@dataclass(frozen=True, slots=True)
class AccessRight:
    """One recipient and the verification data to use for them.

    `method` is "sms" or "access_code", `value` the E.164 number or the code; `line` is masked.
    """

    address: str
    method: str
    value: str
    hint: str
    line: str


@dataclass(frozen=True, slots=True)
class HeaderProblem:
    """A line that cannot be followed, masked, and why. The mail is held for it.

    Reasons: unknown_key, missing_value, bad_address, several_recipients, not_a_recipient,
    unknown_method, number_without_country, not_mobile, bad_number, weak_code, bad_duration,
    too_long, conflicting, unclosed_block.
    """

    line: str
    reason: str


@dataclass(frozen=True, slots=True)
class Instructions:
    """All that the headers of one mail ask for. `minimum` is "", email, access_code or sms."""

    access_rights: tuple[AccessRight, ...] = ()
    expires_after: timedelta | None = None
    minimum: str = ""
    problems: tuple[HeaderProblem, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What the lines read so far ask for."""

    recipients: dict[str, str]  # of `_by_spelling`
    rights: dict[str, AccessRight | None] = field(default_factory=dict)  # None: conflicting
    expires_after: timedelta | None = None
    minimum: str = ""
    problems: dict[HeaderProblem, None] = field(default_factory=dict)

    def take_right(self, value: str, line: str) -> None:
        """Take up one zivver-access-right. Raises LineError."""
        right = AccessRight(*read_right(value), line)
        if right.address not in self.recipients:
            raise LineError("not_a_recipient")
        if not self.recipients[right.address]:
            raise LineError("several_recipients")
        right = replace(right, address=self.recipients[right.address])
        known = self.rights.setdefault(right.address, right)
        if known is None or (known.method, known.value) != (right.method, right.value):
            self.rights[right.address] = None
            raise LineError("conflicting")
        if right.hint and not known.hint:
            self.rights[right.address] = right

    def take_expiration(self, value: str) -> None:
        """Take up one zivver-message-expiration; of two the shorter stays. Raises LineError."""
        expires_after = read_expiration(value)
        known = self.expires_after
        self.expires_after = min(known or expires_after, expires_after)
        if known not in {None, expires_after}:
            raise LineError("conflicting")

    def take_minimum(self, value: str) -> None:
        """Take up one minimum verification; of two the stronger stays. Raises LineError."""
        minimum = read_minimum(value)
        known = self.minimum
        self.minimum = max(known, minimum, key=_STRENGTH.index)
        if known not in {"", minimum}:
            raise LineError("conflicting")


def instructions_for(
    text: str | None,
    html: str | None,
    control_fields: Iterable[tuple[str, str]],
    recipients: Collection[str],
) -> tuple[Instructions, str | None, str | None]:
    """Return what a mail asks for, and its text and HTML body without any block. Never raises.

    A block that stands in both bodies counts once; two that differ are a problem.
    """
    taken_text = None if text is None else take_from_text(text)
    taken_html = None if html is None else take_from_html(html)
    in_text, in_html = _lines_of(taken_text), _lines_of(taken_html)
    lines = [*control_fields, *in_html]
    problems: list[HeaderProblem] = []
    if not in_html:
        lines += in_text
    elif in_text and not _agree(in_text, in_html, recipients):
        lines += in_text
        problems.append(_difference(in_text, in_html))
    if any(taken and taken.unclosed for taken in (taken_text, taken_html)):
        problems.append(HeaderProblem("<!--zivver_headers", "unclosed_block"))
    found = read_instructions(lines, recipients)
    everything = tuple(dict.fromkeys([*found.problems, *problems]))
    return (
        replace(found, problems=everything),
        taken_text.body if taken_text else None,
        taken_html.body if taken_html else None,
    )


def read_instructions(
    lines: Sequence[tuple[str, str]], recipients: Collection[str]
) -> Instructions:
    """Return what these (key, value) lines ask for. Never raises.

    `recipients` are the normalized addresses of the envelope. A line that cannot be followed is
    a problem; an address for which two lines differ gets no access right at all.
    """
    reading = _Reading(_by_spelling(recipients))
    for key, value in lines[:MAX_LINES]:
        line = shown.masked(key, value)
        try:
            _read_line(reading, key, value, line)
        except LineError as error:
            reading.problems[HeaderProblem(line[:_MAX_SHOWN], str(error))] = None
    for key, value in lines[MAX_LINES : MAX_LINES + 1]:
        reading.problems[HeaderProblem(shown.masked(key, value)[:_MAX_SHOWN], "too_long")] = None
    return Instructions(
        access_rights=tuple(right for right in reading.rights.values() if right),
        expires_after=reading.expires_after,
        minimum=reading.minimum,
        problems=tuple(reading.problems),
    )


def _by_spelling(recipients: Collection[str]) -> dict[str, str]:
    """Return the recipients by the addresses that a line may name them by, "" for several.

    Lines are read without joiners, which tell some domains apart.
    """
    found: dict[str, str] = {}
    for each in recipients:
        spelling = without_joiners(each)
        found[spelling] = "" if spelling in found else each
    return {each: each for each in recipients if each not in found} | found


def split_line(line: str) -> tuple[str, str]:
    """Return the key and the value of a line of a block; without a colon the key is empty."""
    key, colon, value = line.partition(":")
    return (key.strip(), value.strip()) if colon else ("", line.strip())


def _read_line(reading: _Reading, key: str, value: str, line: str) -> None:
    if len(" ".join(tidy(f"{key}: {value}").split())) > MAX_LINE:
        raise LineError("too_long")
    match fold_key(key):
        case shown.RIGHT:
            reading.take_right(fold_value(value), line)
        case shown.EXPIRATION:
            reading.take_expiration(fold_value(value))
        case shown.MINIMUM:
            reading.take_minimum(fold_value(value))
        case unknown if unknown not in _PASSED_OVER:
            raise LineError("unknown_key")


def _lines_of(taken: TakenBlock | None) -> list[tuple[str, str]]:
    return [split_line(line) for line in taken.lines] if taken else []


def _agree(
    in_text: list[tuple[str, str]], in_html: list[tuple[str, str]], recipients: Collection[str]
) -> bool:
    """Tell if two blocks say the same, however they are laid out."""
    return in_text == in_html or _meaning(in_text, recipients) == _meaning(in_html, recipients)


def _meaning(lines: Sequence[tuple[str, str]], recipients: Collection[str]) -> object:
    """Return what two blocks that say the same have in common, however they are laid out."""
    read = read_instructions(lines, recipients)
    rights = frozenset((right.address, right.method, right.value) for right in read.access_rights)
    reasons = sorted(problem.reason for problem in read.problems)
    return rights, read.expires_after, read.minimum, reasons


def _difference(in_text: list[tuple[str, str]], in_html: list[tuple[str, str]]) -> HeaderProblem:
    """Return the problem that the two bodies of the mail say different things."""
    known = {bare(key + fold_value(value[:MAX_LINE])) for key, value in in_html}
    differing = [
        line for line in in_text if bare(line[0] + fold_value(line[1][:MAX_LINE])) not in known
    ]
    return HeaderProblem(shown.masked(*(differing or in_html)[0])[:_MAX_SHOWN], "conflicting")
