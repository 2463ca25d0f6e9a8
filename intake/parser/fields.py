"""The header block of a mail or of one of its parts, cut into fields."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from intake.limits import (
    ADDRESS_FIELD_BYTES,
    FIELD_BYTES,
    FIELDS,
    HEADER_BYTES,
    require,
)

_FIELD: Final = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_KNOWN: Final = re.compile(
    rb"^(?:Content-|X-|From:|To:|Cc:|Subject:|Date:|Message-ID:|MIME-Version:|Received:|Return-Path:)",
    re.IGNORECASE,
)
_LONG: Final = frozenset({"to", "cc", "bcc", "resent-to", "resent-cc", "resent-bcc"})
_LOOK_AHEAD: Final = 5
_JUNK_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name in lower case and its unfolded value."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of one block, the place in the mail where its body starts, and the defects met."""

    fields: tuple[Field, ...]
    end: int
    defects: tuple[str, ...] = ()

    def all(self, name: str) -> list[bytes]:
        """Give the values of every field of this lower-case name."""
        return [field.value for field in self.fields if field.name == name]

    def first(self, name: str) -> bytes:
        """Give the value of the first field of this lower-case name, or nothing."""
        return next((field.value for field in self.fields if field.name == name), b"")


def read_header(raw: bytes, start: int, ends: Callable[[bytes], bool]) -> Header:
    """Read the block that starts here: up to a blank line, or what is no header any more.

    `ends` knows a boundary line. Raises MailTooComplex beyond the limits.
    """
    block = _Block()
    position = start
    while position < len(raw):
        require(position - start, HEADER_BYTES, "header_too_long")
        stop = raw.find(b"\n", position) + 1 or len(raw)
        line = raw[position:stop].rstrip(b"\r\n")
        if not line or ends(line):
            position = position if line else stop
            break
        if not block.takes(line) and not block.skips(line, raw, position, stop):
            block.defects.append("body_without_blank_line")
            break
        position = stop
    return Header(block.closed(), position, tuple(block.defects))


class _Block:
    """The fields read so far; lines of the last one are still apart."""

    def __init__(self) -> None:
        self.defects: list[str] = []
        self._fields: list[Field] = []
        self._name = ""
        self._lines: list[bytes] = []
        self._size = 0
        self._junk = 0

    def takes(self, line: bytes) -> bool:
        """Take the line that starts or goes on with a field, and say so."""
        if line[:1] in b" \t":
            self._add(line)
            return True
        match = _FIELD.match(line)
        if match is None:
            return False
        self._close()
        self._name = match[1].decode("ascii").lower()
        self._add(line[match.end() :])
        return True

    def skips(self, line: bytes, raw: bytes, start: int, stop: int) -> bool:
        """Pass over a line that is no header when the header plainly goes on below it."""
        if start == 0 and line.startswith((b"From ", b">From ")):
            return True
        self._junk += 1
        blank_before = self._lines[-1:] and not self._lines[-1].strip()
        if blank_before or line.startswith(b"--") or self._junk > _JUNK_LINES:
            return False
        if not _goes_on(raw, stop):
            return False
        self.defects.append("bad_header_line")
        self._add(b" " + line)
        return True

    def closed(self) -> tuple[Field, ...]:
        """Give all fields, the last one closed."""
        self._close()
        return tuple(self._fields)

    def _close(self) -> None:
        if self._name:
            require(len(self._fields), FIELDS - 1, "too_many_fields")
            self._fields.append(Field(self._name, b"".join(self._lines).strip()))
        self._name, self._lines, self._size = "", [], 0

    def _add(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line)
        limit = ADDRESS_FIELD_BYTES if self._name in _LONG else FIELD_BYTES
        require(self._size, limit, "field_too_long")


def _goes_on(raw: bytes, position: int) -> bool:
    """Find a field of a mail within the next lines."""
    lines = raw[position : position + 1_000].split(b"\n", _LOOK_AHEAD)[:_LOOK_AHEAD]
    before_blank = takewhile(lambda line: line.strip(b"\r"), lines)
    return any(_KNOWN.match(line) for line in before_blank)
