"""Read the value of one header line: an address, a number, a code, a time, a minimum."""

import re
from datetime import timedelta
from typing import Final
from urllib.parse import unquote

from addresses.mail import AddressError, normalize_address
from addresses.phone import LANDLINE, NOT_MOBILE, PhoneError, has_country_code, parse_mobile
from addresses.text import visible_line
from contacts.codes import HINT_TOO_LONG, TOO_LONG, check_access_code
from intake.blocks.flat import DASHES, tidy

SMS, ACCESS_CODE, EMAIL = "sms", "access_code", "email"
LONGEST: Final = timedelta(days=3653)
"""The longest that a message may be kept readable: ten years."""

_MINIMUM: Final = {"verification-email": EMAIL, "access-code": ACCESS_CODE, "sms": SMS}
DASH = re.compile(f"[{DASHES}]")
_SCHEMES: Final = "mailto|tel|sms|callto"
_LINK = re.compile(rf"\s?[<\[(]\s*(?:{_SCHEMES}):([^<>\[\]]{{1,300}}?)\s*[>\])]", re.IGNORECASE)
_SCHEME = re.compile(rf"(?:{_SCHEMES}):", re.IGNORECASE)
_BRACKET = re.compile(r"&(?:lt|gt);", re.IGNORECASE)
METHOD = re.compile(
    rf"(?<=[\s>)\],;:\"])(?:(?P<sms>sms)|access[{DASHES}_]code)(?=[\s:;,<(\[+]|$)", re.IGNORECASE
)
_WRAPPING: Final = " \t,;:.<>()[]\"'\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
_QUOTES: Final = '"\u201c\u201d\u201e\u00ab\u00bb'
_QUOTED = re.compile(f"[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}](?=\\s|$)")
_TYPED_CODE = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
    | {"\u2010": "-", "\u2011": "-", "\u2013": "-", "\u2014": "--"}
)
_DURATION = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?",
    re.IGNORECASE | re.ASCII,
)


class LineError(ValueError):
    """A line cannot be followed; the argument is the reason."""


def fold_key(key: str) -> str:
    """Return a key as it is compared: lower case, plain dashes, nothing a mail client added."""
    return "".join(DASH.sub("-", tidy(key)).split()).lower()


def fold_value(value: str) -> str:
    """Return a value on one line, without the links that a mail client put behind its words."""
    folded = " ".join(tidy(value).split())
    parts: list[str] = []
    position = 0
    for match in _LINK.finditer(folded):
        before = folded[position : match.start()]
        target = unquote(match[1].partition("?")[0])
        repeated = bare("".join([*parts, before])).endswith(bare(target))
        parts += before, "" if repeated else f" {target}"
        position = match.end()
    return "".join([*parts, folded[position:]]).strip()


def bare(text: str) -> str:
    """Return the letters and digits of a text, to compare two that were laid out differently."""
    return "".join(c for c in text.lower() if c.isalnum() or c == "@")


def read_right(value: str) -> tuple[str, str, str, str]:
    """Return (address, method, number or code, hint) of an access right. Raises LineError."""
    if not value:
        raise LineError("missing_value")
    at = value.find("@")
    method = METHOD.search(value, at) if at > 0 else None
    address = _read_address(value[: method.start()] if method else value)
    if method is None:
        behind = re.split(r"@\S+", value)[-1].strip(_WRAPPING)
        raise LineError("unknown_method" if behind else "missing_value")
    rest = value[method.end() :].lstrip(" :;,")
    if method["sms"]:
        return address, SMS, _read_number(rest), ""
    return address, ACCESS_CODE, *_read_code(rest, address)


def read_expiration(value: str) -> timedelta:
    """Return the time of `delete PnYnMnWnDTnHnMnS` (ISO 8601; Y 365, M 30 days).

    Raises LineError; the time is positive and at most LONGEST.
    """
    if not value:
        raise LineError("missing_value")
    verb, _, typed = value.partition(" ")
    match = _DURATION.fullmatch(typed.strip(_WRAPPING))
    if verb.lower() != "delete" or match is None:
        raise LineError("bad_duration")
    years, months, weeks, days, hours, minutes, seconds = (int(n or 0) for n in match.groups())
    duration = timedelta(
        days=365 * years + 30 * months + 7 * weeks + days,
        seconds=3600 * hours + 60 * minutes + seconds,
    )
    if not timedelta(0) < duration <= LONGEST:
        raise LineError("bad_duration")
    return duration


def read_minimum(value: str) -> str:
    """Return the method that recipients must verify with at least. Raises LineError."""
    if not value:
        raise LineError("missing_value")
    minimum = _MINIMUM.get(DASH.sub("-", value).lower().strip(_WRAPPING))
    if minimum is None:
        raise LineError("unknown_method")
    return minimum


def _read_address(text: str) -> str:
    """Return the one address in a text; a name may stand before it, as in an address field."""
    words = re.split(r"[\s<>,;]+", _BRACKET.sub(" ", text))
    typed = [_SCHEME.sub("", word.strip(_WRAPPING)) for word in words if "@" in word]
    try:
        found = {normalize_address(DASH.sub("-", word).partition("?")[0]) for word in typed}
    except AddressError as error:
        raise LineError("bad_address") from error
    if len(found) != 1:
        raise LineError("several_recipients" if found else "bad_address")
    return found.pop()


def _read_number(text: str) -> str:
    typed = DASH.sub("-", visible_line(_BRACKET.sub("", text))).strip(_WRAPPING.replace("(", ""))
    typed = _SCHEME.sub("", typed, count=1)
    if not typed:
        raise LineError("missing_value")
    if "@" in typed:
        raise LineError("several_recipients")
    if (
        not has_country_code(typed)
        and any(map(str.isdigit, typed))
        and typed.lower() == typed.upper()
    ):
        raise LineError("number_without_country")
    try:
        return parse_mobile(typed, "NL")
    except PhoneError as error:
        elsewhere = error.reason in {LANDLINE, NOT_MOBILE}
        raise LineError("not_mobile" if elsewhere else "bad_number") from error


def _read_code(text: str, address: str) -> tuple[str, str]:
    """Return the code (one word, or more in quotation marks) and the hint behind it."""
    quoted = _QUOTED.match(text)
    code = quoted[1].strip() if quoted else text.partition(" ")[0]
    hint = (text[quoted.end() :] if quoted else text.partition(" ")[2]).strip()
    if code.startswith("<") and code.endswith(">"):
        code = code[1:-1]
    code = code.translate(_TYPED_CODE)
    if not code:
        raise LineError("missing_value")
    refused = check_access_code(code, hint=hint, address=address)
    if refused:
        raise LineError("too_long" if refused in {TOO_LONG, HINT_TOO_LONG} else "weak_code")
    return visible_line(code), visible_line(hint)
