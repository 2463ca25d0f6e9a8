"""When an access code is good enough. Pure, and the only place that knows."""

import unicodedata

from addresses.text import strip_invisible

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
_QUOTES = "'\u2018\u2019\u201a\u201b`\u00b4\u2032\u2035\u02b9\u02bb\u02bc\u02bd\u2039\u203a\u05f3"
_DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u05f4\u00ab\u00bb\u301d\u301e\u301f'
_DASHES = "\u2212\u2043"  # those that Unicode does not count as dashes
_SIGNS = str.maketrans({**dict.fromkeys(_QUOTES, "'"), **dict.fromkeys(_DOUBLE_QUOTES, '"')})
_COMMON = {"password", "wachtwoord", "welkom", "welcome", "geheim", "secret", "toegangscode"}


def check_access_code(code: str, *, hint: str = "", address: str = "", name: str = "") -> str:
    """Return "" for a good access code, else the reason code why it is refused."""
    folded, around = fold_code(code), fold_code(address)
    refusals = (
        (TOO_SHORT, len(folded) < MIN_LENGTH),
        (TOO_LONG, len(code) > MAX_LENGTH),
        (HINT_TOO_LONG, len(hint) > MAX_HINT_LENGTH),
        (IS_HINT, folded in fold_code(hint)),
        (IS_ADDRESS, folded in around or (around != "" and around in folded)),
        (IS_NAME, folded in fold_code(name)),
        (TRIVIAL, _is_trivial(folded)),
    )
    return next((reason for reason, refused in refusals if refused), "")


def fold_code(code: str) -> str:
    """Return the code as it is compared.

    Case, spaces, dashes and invisible characters do not count; all quotes of a kind are one, and
    so are all forms of a letter or digit (NFKC): phones and word processors put in others.
    """
    # Twice, as letters may come together once what stood between them is gone.
    return _fold(_fold(code))


def _fold(text: str) -> str:
    signs = strip_invisible(text).translate(_SIGNS)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", signs).casefold())
    kept = (c for c in folded if not (c.isspace() or c in _DASHES))
    bare = "".join(c for c in kept if unicodedata.category(c) != "Pd")
    return unicodedata.normalize("NFKC", strip_invisible(bare))


def _is_trivial(folded: str) -> bool:
    letters = "".join(c for c in folded if not c.isdigit())
    return len(set(folded)) < 3 or folded in _ORDERED or letters in _COMMON
