"""Turns the cells of a row into a contact, or says why it cannot be one."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from addresses.mail import AddressError, normalize_address, normalize_domain
from addresses.phone import INVALID, PhoneError, parse_mobile
from addresses.text import strip_for_domain, visible_line
from contacts import codes
from contacts.importer import columns

MAX_NAME = 200
MAX_NUMBERS = 5
NO_ADDRESS, BAD_ADDRESS = "no_address", "bad_address"
DOMAIN_NUMBER = "domain_with_number"
BAD_LANGUAGE = "bad_language"
SCIENTIFIC, ZERO_LOST, PLUS_LOST = "scientific", "zero_lost", "plus_lost"
COUNTRY = "country"  # the number is kept, and SMS may not go there

_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_+]+(?:[.-][a-z0-9_+]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"
)
_SIGNS = str.maketrans("", "", " -()\u00a0")  # a point may be that of 612345678.0
# What libphonenumber calls a Dutch mobile number; the tests compare the two.
_DUTCH_MOBILE = re.compile(r"(?:\+31|0031|0)(6[1-58][0-9]{7})")
_SCIENTIFIC = re.compile(r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_MOBILE_KINDS = re.compile(r"mobi|cell|gsm|handy", re.IGNORECASE)
FORMULA = frozenset("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20")
_QUOTED = re.compile(r"([;|][ \"]*)'(?=[=+@\uff1d\uff0b\uff0d\uff20-])")
_QUIET = {ZERO_LOST, PLUS_LOST}
_DUTCH_EXAMPLE = "+31612345678"
_LANGUAGES = {
    **dict.fromkeys(["nl", "nld", "dut", "dutch", "nederlands", "niederländisch"], "nl"),
    **dict.fromkeys(["en", "eng", "english", "engels", "englisch"], "en"),
}


class Row(NamedTuple):
    """A row as it will be stored, what is wrong with it, and why it cannot be a contact."""

    address: str
    name: str = ""
    phones: tuple[str, ...] = ()
    code: str = ""
    hint: str = ""
    rejected: str = ""
    problem: str = ""
    typed: str = ""  # the number or address that the reason is about
    more: tuple[str, ...] = ()  # further addresses in the row, which are left out
    language: str = ""


class Reader:
    """Reads rows by the roles of their columns; `region` is the country of a number without one.

    `allows_sms_to` tells of a number (E.164) whether codes may go there; those that may come first.
    """

    def __init__(
        self,
        roles: Sequence[str],
        region: str,
        *,
        domains: bool,
        allows_sms_to: Callable[[str], bool] = lambda _number: True,
    ) -> None:
        def places(role: str) -> list[int]:
            return [place for place, found in enumerate(roles) if found == role]

        self._emails, self._mobiles = places(columns.EMAIL), places(columns.MOBILE)
        self._names = places(columns.NAME)
        parts = (columns.FIRST, columns.MIDDLE, columns.LAST)
        self._parts = [place for part in parts for place in places(part)]
        self._codes, self._hints = places(columns.CODE), places(columns.HINT)
        self._languages = places(columns.LANGUAGE)
        values = places(columns.VALUE)
        self._typed = [
            (place, next(value for value in values if value > place))
            for place in places(columns.KIND)
            if any(value > place for value in values)
        ]
        self._unusual = tuple(self._codes + self._languages)
        self._region, self._domains, self._allows_sms_to = region, domains, allows_sms_to
        self._dutch = region == "NL"
        self._plain = len(self._emails) == 1 and len(self._mobiles) == 1 and len(self._names) == 1
        self._plain = self._plain and not self._typed and allows_sms_to(_DUTCH_EXAMPLE)

    def read(self, cells: Sequence[str]) -> Row:
        """Return the contact of a row."""
        if self._plain:
            quick = self._quick(cells)
            if quick is not None:
                return quick
        return self._careful(cells)

    def _quick(self, cells: Sequence[str]) -> Row | None:
        """Return a row in plain form: what most rows of a large file are. None: look closer."""
        try:
            address = cells[self._emails[0]].lower()
            typed, name = cells[self._mobiles[0]], cells[self._names[0]]
        except IndexError:
            return None
        match = _DUTCH_MOBILE.fullmatch(typed.translate(_SIGNS))
        if match is None or not (self._dutch or typed[0] == "+" or typed[:2] == "00"):
            return None
        if not _PLAIN_ADDRESS.fullmatch(address) or len(address) > 64:
            return None
        for place in self._unusual:
            if place < len(cells) and cells[place]:
                return None
        if not name.isascii() or not name.isprintable() or name != name.strip() or "  " in name:
            return None
        return Row(address, name[:MAX_NAME], (f"+31{match[1]}",))

    def _careful(self, cells: Sequence[str]) -> Row:
        def at(place: int) -> str:
            text = strip_for_domain(cells[place]).strip() if place < len(cells) else ""
            # An export of ours puts a quote before what a spreadsheet would take for a formula.
            text = text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text
            return _QUOTED.sub(r"\1", text) if ";" in text or "|" in text else text

        typed = [text for place in self._emails if (text := at(place))]
        found = list(dict.fromkeys(filter(None, map(self._address, typed))))
        name = self._name(at)
        if not found:
            reason = BAD_ADDRESS if typed else NO_ADDRESS
            return Row("", name, rejected=reason, typed=_shown(typed[0], 100) if typed else "")
        phones, problem, wrong = self._phones(at)
        address = found[0]
        if address.startswith("@") and phones:
            return Row(address, name, rejected=DOMAIN_NUMBER, typed=phones[0])
        code, hint, code_problem = self._code(at, address, name)
        language, typed_language = self._language(at)
        if typed_language and not language and not (problem or code_problem):
            problem, wrong = BAD_LANGUAGE, _shown(typed_language, 40)
        problem = problem or code_problem
        more = tuple(found[1:])
        return Row(address, name, phones, code, hint, "", problem, wrong, more, language)

    def _address(self, text: str) -> str:
        try:
            if text.startswith("@") and self._domains:
                return f"@{normalize_domain(text[1:])}"
            return normalize_address(text)
        except AddressError:
            return ""

    def _name(self, at: Callable[[int], str]) -> str:
        whole = next((text for place in self._names if (text := at(place))), "")
        text = whole or " ".join(part for place in self._parts if (part := at(place)))
        return _shown(text, MAX_NAME)

    def _phones(self, at: Callable[[int], str]) -> tuple[tuple[str, ...], str, str]:
        """Return the numbers that can get an SMS, and the first thing that was wrong."""
        typed = [text for place in self._mobiles if (text := at(place))]
        typed += [at(value) for kind, value in self._typed if _MOBILE_KINDS.search(at(kind))]
        phones, problem, wrong = [], "", ""
        for text in filter(None, " ::: ".join(typed).split(" ::: ")):
            phone, why = read_number(text, self._region)
            if phone and phone not in phones:
                phones.append(phone)
            if phone and not why and not self._allows_sms_to(phone):
                why, text = COUNTRY, phone
            if why and (not problem or problem in _QUIET):
                problem, wrong = why, _shown(text, 40)
        phones.sort(key=self._allows_sms_to, reverse=True)
        return tuple(phones[:MAX_NUMBERS]), problem, wrong

    def _code(self, at: Callable[[int], str], address: str, name: str) -> tuple[str, str, str]:
        code = next((text for place in self._codes if (text := visible_line(at(place)))), "")
        hint = next((text for place in self._hints if (text := visible_line(at(place)))), "")
        if not code:
            return "", "", ""
        reason = codes.check_access_code(code, hint=hint, address=address, name=name)
        return ("", "", reason) if reason else (code, hint, "")

    def _language(self, at: Callable[[int], str]) -> tuple[str, str]:
        """Return the language of the mails to this person, "" for none of ours; and what stood."""
        typed = next((text for place in self._languages if (text := at(place))), "")
        return _LANGUAGES.get(re.split(r"[-_]", typed.casefold())[0], ""), typed


def read_number(typed: str, region: str) -> tuple[str, str]:
    """Return the E.164 number, "" when it cannot get an SMS; and what is wrong or was put right."""
    match = _DUTCH_MOBILE.fullmatch(typed.translate(_SIGNS))
    if match and (region == "NL" or typed[0] == "+" or typed[:2] == "00"):
        return f"+31{match[1]}", ""
    text = visible_line(typed).strip("'")
    if _SCIENTIFIC.fullmatch(text):
        return "", SCIENTIFIC
    try:
        phone = parse_mobile(text, region)
    except PhoneError as error:
        return "", error.reason
    put_right = _put_right(text, phone)
    if put_right == ZERO_LOST and _with_zero(text, region) not in {"", phone}:
        return "", INVALID
    return phone, put_right


def _put_right(typed: str, phone: str) -> str:
    digits = "".join(c for c in typed if c.isdecimal())
    if "+" in typed or digits.startswith("0"):
        return ""
    return PLUS_LOST if digits == phone[1:] else ZERO_LOST


def _with_zero(typed: str, region: str) -> str:
    """Return the number that this is with the zero that a spreadsheet takes off, "" for none."""
    try:
        return parse_mobile(f"0{typed}", region)
    except PhoneError:
        return ""


def _shown(text: str, most: int) -> str:
    return visible_line(text)[:most].rstrip()
