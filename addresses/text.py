"""Text without invisible characters: the one place that knows which these are. Pure."""

import re

# Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), also where nothing is
# assigned: directional controls, the soft hyphen, the BOM, joiners, selectors, fillers and tags.
DEFAULT_IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_ANNOTATIONS = (0xFFF9, 0xFFFB)  # interlinear: as invisible, though not in that list
_BRAILLE_BLANK = "\u2800"  # looks like a space, and Python does not count it as one

INVISIBLE = (*DEFAULT_IGNORABLE, _ANNOTATIONS)
"""The first and last code point of each range of characters that nobody sees."""

_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in INVISIBLE)
_INVISIBLE = re.compile(f"[{_CLASS}]+")
_JOINERS = "\u200c\u200d"
_ALL_BUT_JOINERS = re.compile(f"(?![{_JOINERS}])[{_CLASS}]")
_JOINER_IN_ASCII = re.compile(f"(?<![^\\x00-\\x7f])[{_JOINERS}]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def strip_invisible(text: str) -> str:
    """Return the text without any character that nobody can see or type; white space stays."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def strip_for_domain(text: str) -> str:
    """Return the same, but with the joiners that may tell two domains apart (RFC 5892, A.1, A.2).

    These are the ones behind a letter outside ASCII; whether they are right there is for IDNA.
    """
    return text if text.isascii() else _JOINER_IN_ASCII.sub("", _ALL_BUT_JOINERS.sub("", text))


def visible_line(text: str) -> str:
    """Return the text as a reader sees it on one line: no invisible characters, plain spaces.

    Also joiners are left out, which Persian and Indic scripts use inside words: a name is read and
    searched without them, and two that look alike stay one.
    """
    plain = _CONTROLS.sub(" ", strip_invisible(text)).replace(_BRAILLE_BLANK, " ")
    return " ".join(plain.split())
