"""When an access code is good enough. Pure, and the only place that knows."""

import unicodedata

MIN_LENGTH = 6
MAX_LENGTH = 64
MAX_HINT_LENGTH = 200

TOO_SHORT, TOO_LONG, TRIVIAL = "code_too_short", "code_too_long", "code_trivial"
IS_HINT, IS_ADDRESS, IS_NAME, HINT_TOO_LONG = (
    "code_is_hint",
    "code_is_address",
    "code_is_name",
    "hint_too_long",
)
_ORDERED = "0123456789 abcdefghijklmnopqrstuvwxyz qwertyuiop asdfghjkl zxcvbnm 9876543210"
_COMMON = {"password", "wachtwoord", "welkom", "welcome", "geheim", "secret", "toegangscode"}


def check_access_code(code: str, *, hint: str = "", address: str = "", name: str = "") -> str:
    """Return "" for a good access code, else the reason code why it is refused."""
    folded = fold_code(code)
    refusals = (
        (TOO_SHORT, len(folded) < MIN_LENGTH),
        (TOO_LONG, len(code) > MAX_LENGTH),
        (HINT_TOO_LONG, len(hint) > MAX_HINT_LENGTH),
        (IS_HINT, folded in fold_code(hint)),
        (IS_ADDRESS, folded in fold_code(address) or _holds(code, address)),
        (IS_NAME, folded in fold_code(name)),
        (TRIVIAL, _is_trivial(folded)),
    )
    return next((reason for reason, refused in refusals if refused), "")


def fold_code(code: str) -> str:
    """Return the code as it is compared: case, spaces and dashes do not count."""
    text = unicodedata.normalize("NFKC", code).casefold()
    return "".join(c for c in text if c not in " -\u00a0\u2010\u2011\u2013" and not c.isspace())


def _holds(code: str, address: str) -> bool:
    return bool(address) and address.lower() in code.lower()


def _is_trivial(folded: str) -> bool:
    letters = "".join(c for c in folded if not c.isdigit())
    return len(set(folded)) < 3 or folded in _ORDERED or letters in _COMMON
