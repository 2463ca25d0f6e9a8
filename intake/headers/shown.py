"""A line of the header block as its sender may see it again: without a code or a whole number."""

import re
from difflib import get_close_matches
from typing import Final

from addresses.mail import AddressError, normalize_address
from intake.blocks.flat import tidy
from intake.headers.values import DASH, METHOD, fold_key, fold_value

MASK: Final = "•••"
EXPIRATION: Final = "zivver-message-expiration"
MINIMUM: Final = "zivver-minimum-recipient-verification"
RIGHT: Final = "zivver-access-right"

_MAX_READ: Final = 1_000
_ALIKE: Final = 0.8
_KEY: Final = re.compile(r"[a-z-]{1,60}", re.IGNORECASE)
_WORDS: Final = {
    EXPIRATION: re.compile(
        r"delete|\d{1,4}|P(?:\d{0,4}[YMWD]){0,4}(?:T(?:\d{1,4}[HMS]){0,3})?\.?", re.IGNORECASE
    ),
    MINIMUM: re.compile(r"verification-email|access-code|sms", re.IGNORECASE),
}
# It begins where a word begins, so that a long word is read once.
_ADDRESS: Final = re.compile(
    r"""(?<![^\s<>()\[\]"',;:&])[^\s<>()\[\]"',;:&]*@[^\s<>()\[\]"',;:&]*"""
)
_PLAIN: Final = re.compile(r"[\w.+-]*@[\w.@-]*")
_NUMBER: Final = re.compile(r"[\d\s+().<>/:;,-]*")


def masked(key: str, value: str) -> str:
    """Return a line in which only its key, the first address and the method can be read.

    What follows or precedes them is masked, since it may be a code wherever somebody typed it.
    A number keeps its last two digits, a line about times or a minimum the words that it knows.
    """
    head, rest = _parted(key[:_MAX_READ], value[:_MAX_READ])
    words = _WORDS.get(fold_key(head))
    seen = _known_words(rest, words) if words else _right(rest)
    return f"{head}: {seen}".strip() if head else seen


def _parted(key: str, value: str) -> tuple[str, str]:
    """Return what is a key beyond doubt, and all that stands behind it."""
    typed = " ".join(tidy(key).split())
    known = {EXPIRATION, MINIMUM, RIGHT}
    if fold_key(key) in known:
        return typed, fold_value(value)
    everything = fold_value(f"{typed}:{value}" if typed else value)
    first, _, rest = everything.partition(":" if typed else " ")
    if _KEY.fullmatch(first) and get_close_matches(fold_key(first), known, 1, _ALIKE):
        return first, rest.strip()
    return "", everything


def _known_words(text: str, known: re.Pattern[str]) -> str:
    words = [word if known.fullmatch(word) else MASK for word in _words_of(text)]
    return " ".join(word for at, word in enumerate(words) if [word] != words[at - 1 : at])


def _words_of(text: str) -> list[str]:
    return [DASH.sub("-", word) for word in text.split()]


def _right(text: str) -> str:
    """Return an access right with everything masked but one address and the method."""
    method = METHOD.search(f" {text}")
    before = text[: max(0, method.start() - 1)] if method else text
    address = _shown_address(before, followed=method is not None)
    start, _, end = before.partition(address) if address else (before, "", "")
    parts = [_mask(start), address, _mask(end)]
    if method:
        rest = text[method.end() - 1 :]
        parts += method[0], _number(rest) if method["sms"] else _mask(rest)
    return " ".join(filter(None, parts))


def _shown_address(text: str, *, followed: bool) -> str:
    """Return the first address; one with a mistake only where an address is sure to be meant."""
    found = _ADDRESS.findall(text)
    valid = next((piece for piece in found if _is_address(piece)), "")
    if valid or not followed or not found:
        return valid
    return found[0] if _PLAIN.fullmatch(found[0]) else ""


def _is_address(text: str) -> bool:
    try:
        return bool(normalize_address(text))
    except AddressError:
        return False


def _number(text: str) -> str:
    digits = [sign for sign in text if sign.isdigit()]
    if len(digits) > 4 and _NUMBER.fullmatch(text):
        return MASK + "".join(digits[-2:])
    return _mask(text)


def _mask(text: str) -> str:
    """Return a mask for a text that holds more than marks."""
    return MASK if any(map(str.isalnum, text)) else ""
