"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045, 2231)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_to_bytes

from intake.parser.charsets import decode
from intake.parser.words import decode_field, decode_words

_HEAD: Final = re.compile(r'\s*+"?([^\s;"(=]*+)(?!\s*+=)')
_GAP: Final = re.compile(r"[\s;]*+")
_NAME: Final = re.compile(r'([^\s=;"]++)\s*+=\s*+')
_STRAY: Final = re.compile(r"[^\s;]*+")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"?', re.DOTALL)
_PLAIN: Final = re.compile(r"[^;\s]*+(?:[ \t]++(?![\w*-]++=)[^;\s]++)*+")
_ESCAPED: Final = re.compile(r'\\(["\\])')
_SECTION: Final = re.compile(r"([^*]+)(?:\*([0-9]{1,4}))?(\*)?")

_Sections = dict[int, tuple[str, bool]]
"""The pieces of one parameter by number, and whether each is percent-encoded."""


@dataclass(frozen=True, slots=True)
class Value:
    """What such a field says: its value in lower case, its parameters, and which came twice."""

    value: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()

    def get(self, name: str) -> str:
        """Give a parameter, "" when it is missing."""
        return self.parameters.get(name, "")


def read_value(raw: bytes, charset: str = "") -> Value:
    """Read the field, the first of two equal parameters, in time linear to its length.

    The charset is the guess for eight-bit names that are no UTF-8.
    """
    text = decode_field(raw, charset)
    head = _HEAD.match(text)
    plain: dict[str, str] = {}
    sections: dict[str, _Sections] = {}
    repeated: set[str] = set()
    for label, content in _pairs(text, head.end() if head else 0):
        name, number, encoded = _section(label)
        if number < 0:
            fresh = plain.setdefault(name, content) is content
        else:
            piece = (content, encoded)
            fresh = sections.setdefault(name, {}).setdefault(number, piece) is piece
        if not fresh:
            repeated.add(name)
    parameters = {name: decode_words(content) for name, content in plain.items()}
    parameters |= {name: _join(pieces) for name, pieces in sections.items()}
    return Value(head[1].lower() if head else "", parameters, frozenset(repeated))


def _pairs(text: str, position: int) -> Iterator[tuple[str, str]]:
    """Find each `name=value`, with or without quotes and semicolons, from this position on."""
    while position < len(text):
        position = _end(_GAP, text, position)
        name = _NAME.match(text, position)
        if name is None:
            position = max(_end(_STRAY, text, position), position + 1)
            continue
        quoted = _QUOTED.match(text, name.end())
        if quoted is not None:
            position = quoted.end()
            yield name[1].lower(), _ESCAPED.sub(r"\1", quoted[1])
        else:
            position = _end(_PLAIN, text, name.end())
            bare = _ESCAPED.sub(r"\1", text[name.end() : position])
            yield name[1].lower(), bare.strip().strip('"')


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Give the end of what matches here."""
    match = pattern.match(text, position)
    return match.end() if match else position


def _section(label: str) -> tuple[str, int, bool]:
    """Split `name*2*` into name, number (-1: the parameter as a whole) and percent-encoding."""
    match = _SECTION.fullmatch(label)
    if match is None:
        return label, -1, False
    encoded = bool(match[3])
    number = int(match[2]) if match[2] else -1
    return match[1], 0 if encoded and number < 0 else number, encoded


def _join(pieces: _Sections) -> str:
    """Put the sections together (RFC 2231, 3 and 4.1)."""
    ordered = [pieces[number] for number in sorted(pieces)]
    if not any(encoded for _, encoded in ordered):
        return decode_words("".join(content for content, _ in ordered))
    charset = ""
    first, encoded = ordered[0]
    if encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (first, True)
    raw = b"".join(
        unquote_to_bytes(content) if encoded else content.encode("utf-8")
        for content, encoded in ordered
    )
    return decode(raw, charset)
