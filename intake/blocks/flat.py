"""Text as a reader sees it, with the way back to the source that it stands in."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from addresses.text import INVISIBLE

OBJECT = "\ufffc"
"""Stands in a flat text for what a reader sees that is no text: a picture, a line, a quote."""

DASHES = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d\udc96\udc97"
"""Dashes as mail clients correct them, for a regex class (the last: raw windows-1252)."""

_SPACES = dict.fromkeys(
    map(ord, "\t\r\f\v\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u2008\u2009\u200a\u202f\u205f\u2800\u3000\udca0"), " ")
_UNSEEN = "".join(["\x00", *(f"{chr(first)}-{chr(last)}" for first, last in INVISIBLE)])
_UNSEEN_RUN = re.compile(f"[{_UNSEEN}]+")
_REFERENCE = r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)"
_UNSEEN_OR_REFERENCE = re.compile(f"[{_UNSEEN}]+|{_REFERENCE}")
_LINES = _SPACES | dict.fromkeys(map(ord, "\u0085\u2028\u2029"), "\n")
_RUNNING = _LINES | {ord("\n"): " "}


def tidy(text: str) -> str:
    """Return the text without unseen characters, every white space of a line as a plain space."""
    return _UNSEEN_RUN.sub("", text).translate(_LINES)


@dataclass(slots=True)
class _Piece:
    """Flat text from `at` on that stands for source[start:end].

    `uneven`: what of the source has another length in the text; None: all is one sign.
    """

    at: int
    start: int
    end: int
    uneven: re.Pattern[str] | None
    steps: list[tuple[int, int, int, int]] = field(default_factory=list)


class Flat:
    """Flat text under construction, every character of it traceable to its source."""

    def __init__(self, source: str) -> None:
        """Begin with nothing of the source taken up."""
        self._source = source
        self._pieces: list[_Piece] = []
        self._starts: list[int] = []
        self._parts: list[str] = []
        self._length = 0

    def add_text(self, start: int, end: int, *, markup: bool, running: bool = False) -> None:
        """Take up source[start:end] as text.

        `markup`: it holds character references; `running`: a line break is only a space.
        """
        raw = self._source[start:end]
        text = html.unescape(raw) if markup and "&" in raw else raw
        text = _UNSEEN_RUN.sub("", text).translate(_RUNNING if running else _LINES)
        self._add(text, start, end, _UNSEEN_OR_REFERENCE if markup else _UNSEEN_RUN)

    def add_sign(self, sign: str, start: int, end: int) -> None:
        """Take up source[start:end] as this one sign."""
        self._add(sign, start, end, None)

    def text(self) -> str:
        """Return the flat text taken up so far."""
        return "".join(self._parts)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the flat characters start to end (not empty) stand in the source."""
        return self._find(start)[0], self._find(end - 1)[1]

    def _add(self, text: str, start: int, end: int, uneven: re.Pattern[str] | None) -> None:
        if not text:
            return
        self._pieces.append(_Piece(self._length, start, end, uneven))
        self._starts.append(self._length)
        self._parts.append(text)
        self._length += len(text)

    def _find(self, position: int) -> tuple[int, int]:
        """Return the source span of one flat character."""
        index = bisect_right(self._starts, position) - 1
        piece = self._pieces[index]
        if piece.uneven is None:
            return piece.start, piece.end
        offset = position - piece.at
        if len(self._parts[index]) == piece.end - piece.start:
            return piece.start + offset, piece.start + offset + 1
        if not piece.steps:
            piece.steps = list(self._steps(piece, piece.uneven))
        at, length, source, source_length = piece.steps[
            bisect_right(piece.steps, offset, key=lambda step: step[0]) - 1
        ]
        if length == source_length:
            return source + offset - at, source + offset - at + 1
        return source, source + source_length

    def _steps(self, piece: _Piece, uneven: re.Pattern[str]) -> Iterator[tuple[int, int, int, int]]:
        """Yield (offset, length, source, source length) of each stretch that is not empty."""
        at, position = 0, piece.start
        for match in uneven.finditer(self._source, piece.start, piece.end):
            if position < match.start():
                yield at, match.start() - position, position, match.start() - position
                at += match.start() - position
            text = html.unescape(match[0]) if match[0][0] == "&" else match[0]
            seen = len(_UNSEEN_RUN.sub("", text))
            if seen:
                yield at, seen, match.start(), match.end() - match.start()
                at += seen
            position = match.end()
        if position < piece.end:
            yield at, piece.end - position, position, piece.end - position
