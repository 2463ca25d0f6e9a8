"""Lists of addresses (RFC 5322, 3.4) as mail programs really write them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from intake.parser.words import decode_field, decode_words, one_line

_PIECE: Final = re.compile(
    r"""
      "(?P<quoted>(?:[^"\\]|\\.)*+)"
    | <(?P<angle>[^<>]*+)>
    | <(?P<open>[^<>,;]*+)
    | (?P<text>(?:
          =\?[^?\s]{1,80}\?[bBqQ]\?[^?\s]{0,500}\?=  # an encoded word, commas and all
        | [^"\\()<>,:;\[]
        | \\.
        | \[[^\[\]<>]{0,80}\]                       # a domain literal, colons and all
      )++)
    | (?P<mark>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_PAREN: Final = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_AROUND: Final = re.compile(r"(?<!\s)\s*+([@.])\s*+")
_SPACES: Final = re.compile(r"\s++")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address as a header shows them, decoded: to look at, not to send to."""

    name: str
    address: str


@dataclass(slots=True)
class _Item:
    """What stands between two commas."""

    source: str = ""
    phrase: str = ""
    comment: str = ""
    angles: list[str] = field(default_factory=list)


def read_mailboxes(values: Iterable[bytes], charset: str = "") -> tuple[Mailbox, ...]:
    """Give the mailboxes of all these fields in their order, groups opened, in linear time."""
    return tuple(
        mailbox
        for value in values
        for item in _items(decode_field(value, charset))
        for mailbox in _mailboxes(item)
    )


def _items(text: str) -> Iterator[_Item]:
    """Cut a list at its commas, semicolons and group names."""
    item = _Item()
    for kind, content in _pieces(text):
        if kind == "mark" and content in ",;":
            yield item
            item = _Item()
        elif kind == "mark" and content == ":" and not item.angles and "@" not in item.source:
            item = _Item()
        else:
            _add(item, kind, content)
    yield item


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Cut a list into quoted strings, comments, bracketed addresses, text and single marks."""
    position, comments = 0, True
    while position < len(text):
        end = _comment_end(text, position) if comments and text[position] == "(" else 0
        if end:
            yield "comment", text[position + 1 : end - 1]
            position = end
            continue
        comments = comments and text[position] != "("
        match = _PIECE.match(text, position)
        if match is None:
            return
        position = match.end()
        kind = match.lastgroup or "mark"
        yield kind, match[kind]


def _comment_end(text: str, position: int) -> int:
    """Find the end of the comment that opens here, 0 when it never closes."""
    depth = 0
    for match in _PAREN.finditer(text, position):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return 0


def _add(item: _Item, kind: str, content: str) -> None:
    """Add one piece to what is known of the item."""
    if kind in {"angle", "open"}:
        item.angles += [content] if content.strip() else []
    elif kind == "comment":
        item.comment = item.comment or content
    elif kind == "quoted":
        item.source += f'"{content}"'
        item.phrase += _ESCAPED.sub(r"\1", content)
    elif content not in '<>"':
        item.source += content
        item.phrase += content


def _mailboxes(item: _Item) -> Iterator[Mailbox]:
    """Read one item: a name with a bracketed address, a bare address, or several in a row."""
    phrase = _shown(item.phrase)
    if item.angles:
        for number, angle in enumerate(item.angles):
            yield Mailbox("" if number else phrase or _shown(item.comment), _address(angle))
    elif "@" not in item.source:
        if phrase:
            yield Mailbox(phrase, "") if " " in phrase else Mailbox("", phrase)
    else:
        bare = _AROUND.sub(r"\1", item.source).strip()
        addresses = [word for word in _SPACES.split(bare) if "@" in word]
        if '"' in bare or len(addresses) < 2:
            addresses = [bare]
        for address in addresses:
            yield Mailbox(_shown(item.comment), _address(address))


def _shown(phrase: str) -> str:
    """Decode a name and fold its white space."""
    return one_line(decode_words(phrase))


def _address(text: str) -> str:
    """Tidy one address: no route, no `mailto:`, no white space."""
    address = decode_words(text).strip().strip("'")
    if address.startswith("@"):
        address = address.rpartition(":")[2]
    if address.lower().startswith("mailto:"):
        address = address[7:]
    if address.startswith('"') and address.endswith('"'):
        address = address[1:-1]
    return _SPACES.sub("", one_line(address)) if '"' not in address else one_line(address)
