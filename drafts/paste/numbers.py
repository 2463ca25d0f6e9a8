"""Phone numbers in running text, beside dates, rooms and patient numbers. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import phonenumbers

from addresses.phone import INVALID, LANDLINE, NOT_MOBILE, TOO_SHORT, PhoneError, parse_mobile

UNCLEAR = "unclear"

_DIGITS = re.compile(r"\+?\d+")
_JOINT = re.compile(r"[ ().\-/]{1,3}")
_MOST_GROUPS = 8  # +31 (0)6 12 34 56 78 has seven
_FEWEST, _MOST, _USUAL = 7, 17, 9  # digits: to be told of, with 00, of most mobile numbers
_MONTHS = r"(?:jan|feb|maa?r|m[aä]r|apr|mei|may|mai|jun|jul|aug|sep|okt|oct|nov|de[cz])[a-zé]*\.?"
_MASKED = re.compile(
    rf"""
    (?<![\w+]) (?<![\d][-/.])
    (?: \d{{1,2}}([-/.])\d{{1,2}}\1(?:19|20)?\d\d (?![-/.]?\d)         # 12-03-1985
      | (?!06)\d{{1,2}}([-/.])\d{{1,2}}\2\d\d (?![-/.]?\d)           # 12-03-85
      | (?:19|20)\d\d([-/.])\d{{1,2}}\3\d{{1,2}} (?![-/.]?\d)          # 1985-03-12
      | \d{{1,2}}[ ]\d{{1,2}}[ ](?:19|20)\d\d (?= \s*$ | \s*[^\d\s] | [ ]+[0+] )
      | \d{{1,2}}[-/. ]{{1,2}}{_MONTHS}[-/. ]{{1,2}}(?:19|20)?\d\d\b   # 12 maart 1985
      | [A-Z]{{2}}\d\d(?:[ ]?[A-Z0-9]{{4}}){{2,7}}(?:[ ]?[A-Z0-9]{{1,4}})?\b  # IBAN
      | (?:bsn|fax|pati[eë]nt\w*|pat|pid|cli[eë]nt\w*|dossier\w*)[-. ]*
        (?:nummer|nr|number|no|id)?[.:# \t]*\d[\d.]*\b                 # what it says itself
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its place, how it is written, and E.164 or why it is no mobile number."""

    start: int
    end: int
    typed: str
    e164: str
    reason: str = ""


def mask(text: str) -> str:
    """Return the text, as long, without dates and account numbers."""
    return _MASKED.sub(lambda found: "\x00" * len(found[0]), text)


def find_numbers(text: str, region: str) -> list[Number]:
    """Return the numbers that begin with 0, 00 or +, in order.

    In a region without a trunk prefix 0 (ES, DK) they may begin with any digit. The text is
    masked.
    """
    anywhere = not (
        phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    ).startswith("0")
    found = []
    for run in _runs(text):
        at = 0
        while at < len(run):
            if not _begins(run[at], text, anywhere=anywhere):
                at += 1
                continue
            number, at = _number_at(run, at, text, region)
            if number.e164 or (number.reason and not anywhere):
                found.append(number)
    return found


def bare_number(cell: str, region: str) -> str:
    """Return the mobile number that a spreadsheet took the 0 or the + of, alone in a cell."""
    if not re.fullmatch(r"[1-9]\d{7,12}", cell):
        return ""
    e164, _ = _judged("".join(filter(str.isdigit, cell)), region)
    return e164


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield groups of digits that only blanks, dots, dashes, strokes and brackets part."""
    run: list[re.Match[str]] = []
    for group in _DIGITS.finditer(text):
        joined = run and _JOINT.fullmatch(text, run[-1].end(), group.start())
        if run and not joined:
            yield run
            run = []
        run.append(group)
    if run:
        yield run


def _begins(group: re.Match[str], text: str, *, anywhere: bool) -> bool:
    glued = group.start() and (text[group.start() - 1].isalnum() or text[group.start() - 1] in "_@")
    return not glued and (anywhere or group[0][0] in "0+")


def _number_at(run: Sequence[re.Match[str]], at: int, text: str, region: str) -> tuple[Number, int]:
    """Return the number that begins at a group, and the place of the group after it."""
    ends = _ends(run, at, text, region)
    mobile = {stop: e164 for stop, (e164, _) in ends.items() if e164}
    if mobile:
        stop, e164 = _meant(mobile)
        e164 = "" if _goes_on(run, at, stop, text) else e164
        return _number(run[at], run[stop], text, e164, "" if e164 else UNCLEAR), stop + 1
    landlines = [stop for stop, (_, reason) in ends.items() if reason in {LANDLINE, NOT_MOBILE}]
    if landlines:
        return _number(run[at], run[landlines[-1]], text, "", ends[landlines[-1]][1]), (
            landlines[-1] + 1
        )
    stop = at
    while stop + 1 in ends and not _is_mobile(run, stop + 1, text, region):
        stop += 1
    reason = ends[stop][1] if stop in ends else INVALID
    number = _number(run[at], run[stop], text, "", reason)
    return (number if _count(number.typed) >= _FEWEST else replace(number, reason="")), stop + 1


def _ends(
    run: Sequence[re.Match[str]], at: int, text: str, region: str
) -> dict[int, tuple[str, str]]:
    """Return the groups that a number from this group on may end with: E.164, or why it is none."""
    found = {}
    for stop in range(at, min(at + _MOST_GROUPS, len(run))):
        digits = "".join(group[0] for group in run[at : stop + 1])
        if len(digits) > _MOST or (stop > at and _restarts(run[stop])):
            break
        found[stop] = ("", INVALID) if _is_glued(run[stop], text) else _judged(digits, region)
    return found


def _is_mobile(run: Sequence[re.Match[str]], at: int, text: str, region: str) -> bool:
    return run[at][0][0] in "0+" and any(e164 for e164, _ in _ends(run, at, text, region).values())


def _number(first: re.Match[str], last: re.Match[str], text: str, e164: str, reason: str) -> Number:
    start, end = first.start(), last.end()
    if ")" in text[start:end] and "(" not in text[start:end] and text[start - 1 : start] == "(":
        start -= 1
    return Number(start, end, text[start:end], e164, reason)


def _meant(mobile: dict[int, str]) -> tuple[int, str]:
    """Choose among the ends of a number: "" where several are as likely (DE, AT)."""
    usual = {stop: e164 for stop, e164 in mobile.items() if _count(e164) >= _USUAL + 2}
    likely = usual or dict([max(mobile.items())])
    stop = max(likely)
    return stop, likely[stop] if len(set(likely.values())) == 1 else ""


def _goes_on(run: Sequence[re.Match[str]], at: int, stop: int, text: str) -> bool:
    """Tell whether a digit or two too many follow in the rhythm of the number: 06 12 34 56 78 9."""
    if stop - at < 2 or stop + 1 >= len(run) or _restarts(run[stop + 1]):
        return False
    between = text[run[stop].end() : run[stop + 1].start()]
    inside = text[run[stop - 1].end() : run[stop].start()]
    return len(run[stop + 1][0]) <= 2 and between == inside


def _restarts(group: re.Match[str]) -> bool:
    return group[0][0] == "+" or (group[0][0] == "0" and len(group[0]) > _USUAL)


def _is_glued(group: re.Match[str], text: str) -> bool:
    after = text[group.end() : group.end() + 1]
    return after.isalpha() or after in {"_", "@"}


def _count(text: str) -> int:
    return sum(map(str.isdigit, text))


@lru_cache(maxsize=4096)
def _judged(digits: str, region: str) -> tuple[str, str]:
    """Return E.164, or why it is no mobile number."""
    if _count(digits) <= _FEWEST:
        return "", TOO_SHORT
    try:
        return parse_mobile(digits, region), ""
    except PhoneError as error:
        return "", error.reason
