"""Mobile numbers: read what a person typed, keep E.164, show it grouped or masked."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_LANDLINE = {PhoneNumberType.FIXED_LINE}
_ALLOWED = re.compile(r"[0-9+()\-./\s]+")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
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
    number = _parse(_clean(typed), typed, region)
    kind = phonenumbers.number_type(number)
    if not phonenumbers.is_valid_number(number):
        raise PhoneError(_length_reason(number), typed)
    if kind not in _MOBILE:
        raise PhoneError(LANDLINE if kind in _LANDLINE else NOT_MOBILE, typed)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def has_country_code(typed: str) -> bool:
    """Tell whether a number is written with its country: +31… or 0031…."""
    cleaned = typed.translate(_DASHES).strip(" \t\u00a0(")
    return cleaned.startswith(("+", "00"))


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
    text = " ".join(typed.translate(_DASHES).split())
    if not text:
        raise PhoneError(EMPTY, typed)
    if len(text) > _MAX_TYPED:
        raise PhoneError(TOO_LONG, typed)
    if any(c.isalpha() for c in text):
        raise PhoneError(LETTERS, typed)
    ascii_text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
    if not _ALLOWED.fullmatch(ascii_text):
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


def _length_reason(number: phonenumbers.PhoneNumber) -> str:
    result = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    if result == phonenumbers.ValidationResult.TOO_SHORT:
        return TOO_SHORT
    if result == phonenumbers.ValidationResult.TOO_LONG:
        return TOO_LONG
    return INVALID
