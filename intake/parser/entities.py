"""The tree of parts of a mail, cut out of its bytes in one pass (RFC 2045, 2046)."""

import re
from dataclasses import dataclass, field
from typing import Final

from intake.limits import ALL_HEADERS_BYTES, NESTING, PARTS, require
from intake.parser.fields import Header, read_header
from intake.parser.parameters import Value, read_value
from intake.parser.words import header_text

_GUESS: Final = re.compile(rb"\n--([^\r\n]{1,200})\r?\n[Cc]ontent-[A-Za-z-]{1,40}:")
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_ONCE: Final = ("content-type", "content-transfer-encoding", "content-disposition")
_LONGEST: Final = 200
_SEARCHES: Final = 20
_CR: Final = 13


@dataclass(slots=True)
class Entity:
    """One part: its header, where its body stands in the mail, and the parts inside it."""

    header: Header
    content_type: str
    content: Value
    disposition: Value
    start: int
    end: int = -1
    children: list["Entity"] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        """Name the transfer encoding in lower case."""
        words = self.header.first("content-transfer-encoding").lower().split()
        return words[0].strip(b";\"'").decode("ascii", "ignore") if words else ""

    @property
    def content_id(self) -> str:
        """Give the Content-ID without its brackets."""
        return header_text(self.header.first("content-id")).strip("<> ")


@dataclass(slots=True)
class _Open:
    """A multipart that has not been closed yet."""

    entity: Entity
    boundary: bytes
    current: Entity | None = None


def read_entities(raw: bytes) -> tuple[Entity, list[str]]:
    """Give the root of the tree and the defects met. Raises MailTooComplex beyond the limits."""
    reader = _Reader(raw)
    return reader.read(), reader.defects


class _Reader:
    """The state of the one pass over a mail."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.defects: list[str] = []
        self._open: list[_Open] = []
        self._levels: dict[bytes, list[int]] = {}
        self._delimiter: re.Pattern[bytes] | None = None
        self._parts = 0
        self._header_bytes = 0
        self._searches = 0

    def read(self) -> Entity:
        """Read the whole mail: jump from one boundary line to the next."""
        root = self._entity(0, "text/plain")
        position = root.start
        while self._delimiter and (match := self._delimiter.search(self.raw, max(position - 1, 0))):
            position = self._cut(match)
        if self._open:
            self.defects.append("unclosed_boundary")
        self._close_from(0, len(self.raw))
        root.end = len(self.raw)
        return root

    def _cut(self, match: re.Match[bytes]) -> int:
        """End the part before a boundary line and start the next; give where reading goes on."""
        level = self._levels[match[1]][-1]
        self._close_from(level + 1, match.start())
        opened = self._open[level]
        self._finish(opened, match.start())
        line_end = self.raw.find(b"\n", match.end()) + 1 or len(self.raw)
        if match[2]:
            self._close_from(level, match.start())
            return match.end()
        digest = opened.entity.content_type == "multipart/digest"
        opened.current = self._entity(line_end, "message/rfc822" if digest else "text/plain")
        opened.entity.children.append(opened.current)
        return opened.current.start

    def _entity(self, start: int, default: str) -> Entity:
        """Read the header of a part, and open it when it is a multipart."""
        self._parts += 1
        require(self._parts, PARTS, "too_many_parts")
        header = read_header(self.raw, start, self._is_delimiter)
        self._header_bytes += header.end - start
        require(self._header_bytes, ALL_HEADERS_BYTES, "header_too_long")
        self.defects += header.defects
        entity = _described(header, default)
        self.defects += _ambiguities(entity)
        if entity.content_type.startswith("multipart/"):
            self._open_multipart(entity)
        return entity

    def _open_multipart(self, entity: Entity) -> None:
        """Look out for the boundary of this multipart, or for the one it seems to use."""
        boundary = entity.content.get("boundary").rstrip().encode("utf-8")
        if not 0 < len(boundary) <= _LONGEST or not self._occurs(boundary, entity.start):
            guess = self._search(_GUESS, entity.start)
            boundary = guess[1].rstrip() if guess else boundary[:_LONGEST]
            self.defects.append("missing_boundary")
        if boundary:
            require(len(self._open), NESTING - 1, "nested_too_deep")
            self._levels.setdefault(boundary, []).append(len(self._open))
            self._open.append(_Open(entity, boundary))
            self._watch()

    def _occurs(self, boundary: bytes, start: int) -> bool:
        """Say whether such a boundary line is to be found below; after some searches: surely."""
        self._searches += 1
        return self._searches > _SEARCHES or self.raw.find(b"--" + boundary, start) >= 0

    def _search(self, pattern: re.Pattern[bytes], start: int) -> re.Match[bytes] | None:
        """Search the rest of the mail, but not without end."""
        self._searches += 1
        return pattern.search(self.raw, max(start - 1, 0)) if self._searches <= _SEARCHES else None

    def _is_delimiter(self, line: bytes) -> bool:
        """Know a boundary line inside a header block."""
        return line.startswith(b"--") and bool(
            self._delimiter and self._delimiter.match(b"\n" + line)
        )

    def _watch(self) -> None:
        """Look for the boundaries of all open multiparts at once, the longest first."""
        if not self._levels:
            self._delimiter = None
            return
        names = sorted(self._levels, key=len, reverse=True)
        known = b"|".join(re.escape(name) for name in names)
        self._delimiter = re.compile(
            rb"\n--(" + known + rb")(--)?[ \t]*+(?=\r*+(?:\n|\Z))",
        )

    def _close_from(self, level: int, end: int) -> None:
        """Close every multipart that is open at this level or deeper."""
        if level >= len(self._open):
            return
        while len(self._open) > level:
            opened = self._open.pop()
            self._finish(opened, end)
            opened.entity.end = self._before_line(end, opened.entity.start)
            self._levels[opened.boundary].pop()
            if not self._levels[opened.boundary]:
                del self._levels[opened.boundary]
        self._watch()

    def _finish(self, opened: _Open, end: int) -> None:
        """Set the end of the part that was being read."""
        if opened.current is not None and opened.current.end < 0:
            opened.current.end = self._before_line(end, opened.current.start)
        opened.current = None

    def _before_line(self, end: int, start: int) -> int:
        """Leave out the line break that belongs to the boundary line."""
        while end > start and end < len(self.raw) and self.raw[end - 1] == _CR:
            end -= 1
        return max(end, start)


def _described(header: Header, default: str) -> Entity:
    """Read what a header says of its part."""
    content = read_value(header.first("content-type"))
    disposition = read_value(header.first("content-disposition"))
    kind = content.value or default
    content_type = kind if _TYPE.fullmatch(kind) else "text/plain"
    return Entity(header, content_type, content, disposition, header.end)


def _ambiguities(entity: Entity) -> list[str]:
    """Name what other readers of this mail may understand otherwise."""
    defects = [
        f"duplicate_{name}".replace("-", "_") for name in _ONCE if len(entity.header.all(name)) > 1
    ]
    if "boundary" in entity.content.repeated:
        defects.append("ambiguous_boundary")
    if entity.content.repeated | entity.disposition.repeated:
        defects.append("duplicate_parameter")
    return defects
