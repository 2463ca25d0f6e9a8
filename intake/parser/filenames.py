"""Names of attachments that are safe to show and to save under."""

import re
from typing import Final

from intake.parser.charsets import clean
from intake.parser.words import one_line

LENGTH: Final = 150
"""The longest name, in characters."""

_EXTENSION: Final = 20
_INVISIBLE: Final = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)


def clean_filename(name: str) -> str:
    """Give the last part of the path without control and direction characters, or ""."""
    shown = one_line(clean(_INVISIBLE.sub("", name)))
    last = shown.replace("\\", "/").rstrip("/ ").rpartition("/")[2].strip()
    if not last.strip(". "):
        return ""
    return last if len(last) <= LENGTH else _shortened(last)


def _shortened(name: str) -> str:
    """Cut the middle and keep the extension, by which people know a file."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _EXTENSION:
        return name[:LENGTH].rstrip()
    return stem[: LENGTH - len(dot) - len(extension)].rstrip() + dot + extension
