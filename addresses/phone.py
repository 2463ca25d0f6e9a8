"""Mobile numbers: read what a person typed, keep E.164, show it grouped or masked."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from addresses.text import visible_line

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LANDLINE = {PhoneNumberType.FIXED_LINE}
_ALLOWED = re.compile(r"[0-9+()\-./\s]+")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d", "-")
_FULL_WIDTH = dict(zip("\uff0b\ufe62\uff08\uff09\uff0e\uff0f", "++()./", strict=True))
_SIGNS = str.maketrans({**_DASHES, **_FULL_WIDTH})
# What a spreadsheet makes of a number: 612345678.0. Nobody writes a group of zeros alone.
_FLOAT = re.compile(r"(\+?[0-9]{4,})[.,]0+")
_FRACTION = re.compile(r"\+?[0-9]{7,}[.,][0-9]+|[^.,]*[0-9][^.,]*[.,][0-9]{1,2}")
_LATE_BRACKET = re.compile(r"(?:[^0-9(]*[0-9]){7}.*\(")  # (12) behind a number is an extension
_BEHIND = re.compile(r"[\s/-]+(?=0)|[/(]")
_LONE_ZERO = re.compile(r"[\s./()-]+0\)?")  # a decimal place or an extension
_DUTCH_MOBILE = re.compile(r"\+316[0-9]{8}")
_MAX_TYPED = 40

LETTERS, EMPTY, TOO_SHORT, TOO_LONG = "letters", "empty", "too_short", "too_long"
LANDLINE, NOT_MOBILE, INVALID = "landline", "not_mobile", "invalid"


class PhoneError(ValueError):
    """The text is no number that can receive an SMS; `reason` is one of this module's codes."""

    def __init__(self, reason: str, typed: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.typed = typed


def parse_mobile(typed: str, region: str) -> str:
    """Return the E.164 form of a mobile number as a person types it.

    `region` (ISO 3166, e.g. "NL") is the country of a number without one. Raises PhoneError.
    """
    text = _clean(typed)
    if _holds_more(text, region):
        raise PhoneError(INVALID, typed)
    number = _parse(text, typed, region)
    kind = phonenumbers.number_type(number)
    if not phonenumbers.is_valid_number(number):
        raise PhoneError(_length_reason(number), typed)
    if kind not in _MOBILE:
        raise PhoneError(LANDLINE if kind in _LANDLINE else NOT_MOBILE, typed)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def has_country_code(typed: str) -> bool:
    """Tell whether a number is written with its country: +31… or 0031…."""
    return visible_line(typed).translate(_SIGNS).lstrip(" (").startswith(("+", "00"))


def show_phone(e164: str) -> str:
    """Return the number grouped, with its country code: `+31 6 36 36 36 36`."""
    if _DUTCH_MOBILE.fullmatch(e164):
        return f"+31 6 {e164[4:6]} {e164[6:8]} {e164[8:10]} {e164[10:]}"
    return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)


def mask_phone(e164: str) -> str:
    """Return the number with only its last two digits: `•••• 36`."""
    return f"•••• {e164[-2:]}"


def region_of(e164: str) -> str:
    """Return the ISO 3166 country of a number; "001" where it is of none (satellites), else ""."""
    if _DUTCH_MOBILE.fullmatch(e164):
        return "NL"
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""


def _clean(typed: str) -> str:
    text = visible_line(typed).translate(_SIGNS)
    if not text:
        raise PhoneError(EMPTY, typed)
    if len(text) > _MAX_TYPED:
        raise PhoneError(TOO_LONG, typed)
    if any(c.isalpha() for c in text):
        raise PhoneError(LETTERS, typed)
    ascii_text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
    whole = _FLOAT.fullmatch(ascii_text)
    if whole:
        return whole[1]
    if not _ALLOWED.fullmatch(ascii_text) or _FRACTION.fullmatch(ascii_text):
        raise PhoneError(INVALID, typed)
    return ascii_text


def _parse(text: str, typed: str, region: str) -> phonenumbers.PhoneNumber:
    international = f"+{text.lstrip('( ')[2:]}" if text.lstrip("( ").startswith("00") else text
    try:
        return phonenumbers.parse(international, region)
    except phonenumbers.NumberParseException as error:
        short = phonenumbers.NumberParseException.TOO_SHORT_NSN
        reason = TOO_SHORT if error.error_type == short else INVALID
        raise PhoneError(reason, typed) from error


def _holds_more(text: str, region: str) -> bool:
    """Tell whether an extension or a second number stands behind a number.

    Their digits would be read on as those of the first, and where numbers have no fixed length
    (Germany, Austria, Finland) that is somebody else's.
    """
    if _LATE_BRACKET.match(text) or _ends_in_lone_zero(text, region):
        return True
    return any(
        _is_number(text[: match.start()], region)
        and (match[0] in "/(" or _is_number(text[match.end() :], region))
        for match in _BEHIND.finditer(text)
    )


def _ends_in_lone_zero(text: str, region: str) -> bool:
    """Tell whether a zero stands apart behind a number: 664.149.315.0, 0664 149315-0."""
    head = text.rstrip("0)").rstrip(" ./()-")
    return bool(_LONE_ZERO.fullmatch(text[len(head) :])) and _is_number(head, region)


def _is_number(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(_parse(text, text, region))
    except PhoneError:
        return False


def _length_reason(number: phonenumbers.PhoneNumber) -> str:
    result = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    if result == phonenumbers.ValidationResult.TOO_SHORT:
        return TOO_SHORT
    if result == phonenumbers.ValidationResult.TOO_LONG:
        return TOO_LONG
    return INVALID
