"""Find the zivver_headers blocks in flat text: where they stand, what they say, if they count."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from intake.blocks.flat import DASHES, OBJECT

_DASH = f"[{DASHES}]"
_ARROW = (
    "(?:>|&gt;|[\u203a\u00bb\u2192\u27f6\u2794\u27a4\U0001f852]|[\u00e0\u00c0\uf0e0\udce0](?!\\w))"
)
_MARK = re.compile(
    rf"""
    ^[ >|]*(?P<alone>zivver_headers)[ ]*$
    | (?P<open>(?:<|&lt;|[\u2039\u00ab])\s{{0,3}}+!?+\s{{0,3}}+{_DASH}{{0,6}}+\s{{0,3}}+
              | !{_DASH}{{1,6}}\s{{0,3}})?
      zivver(?P<joint>\\?_|{_DASH}|)headers?
      (?P<close>[ ]{{0,3}}+{_DASH}{{0,6}}+[ ]?+{_ARROW} | {_DASH}{{1,6}})?
    | (?P<arrow>{_DASH}{{1,3}}(?:>|&gt;))(?=[ ]*$)
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_KNOWN_KEY = (
    rf"zivver{_DASH}\s?(?:access{_DASH}\s?right|message{_DASH}\s?expiration"
    rf"|minimum{_DASH}\s?recipient{_DASH}\s?verification)\s{{0,3}}:"
)
_ANY_KEY = rf"zivver{_DASH}[ ]?[a-z]{{1,30}}(?:{_DASH}[ ]?[a-z]{{1,30}}){{0,6}}[ ]{{0,3}}:"
_STRAY_LINE = re.compile(
    rf"^[ >|]*(?P<line>{_KNOWN_KEY}(?:(?!zivver[_{DASHES}]headers)[^\n])*)",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_LINE = re.compile(rf"[\s>|]*{_ANY_KEY}[^\n]*", re.IGNORECASE)
_WRAPPED = re.compile(
    rf"""[ ]*\n[ >|]*
    (?: [^\s@]{{1,70}}@[^\s@]{{1,254}}[ ]+(?:sms|access)\b[^\n]*
      | (?:sms|access{_DASH}code)\b[^\n]*
      | [+(0-9][0-9 ()./{DASHES}]{{5,40}}$ )""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_CODE_FOLLOWS = re.compile(rf"access{_DASH}code[ ]*\Z", re.IGNORECASE)
_FULL_LINE = re.compile(r"^[ ]*+[^ \n][^\n]*", re.MULTILINE)
_NEXT_LINE = re.compile(r"[ ]*\n[^\n]*")
_KEY = rf"[ ]*(?:zivver|(?!mailto|tel|sms|access|https?)[a-z][\w{DASHES}]{{1,60}}[ ]{{0,3}}:)"
_KEYED = re.compile(_KEY, re.IGNORECASE)
_LINE_START = re.compile(rf"(?:\A|\n)(?={_KEY})|(?={_KNOWN_KEY})", re.IGNORECASE)
_CONTINUES = re.compile(
    rf"""[ ]*(?: [^\s@]{{0,70}}@ | (?:sms|access|delete|mailto|tel)\b | P[0-9T]
             | [<(+0-9][0-9 ()./<>{DASHES}]*$ )""",
    re.VERBOSE | re.IGNORECASE,
)
_AWAITS_MORE = re.compile(rf"(?:[:@{DASHES}]|\b(?:sms|access|code|delete))[ ]*\Z", re.IGNORECASE)
_WRAPPING_WIDTH = 60
_QUOTED_LINE = re.compile(r"[ ]*(?:>[ ]?)+$")
_QUOTE_SIGNS = re.compile(r"^[ ]*(?:>[ ]?)+", re.MULTILINE)
_OTHERS_TEXT = re.compile(
    rf"""{OBJECT}
    | ^[ ]*(?:> | {_DASH}{{3}} | _{{5}} | (?:begin|forwarded|doorgestuurd)\b
            | (?:from|van|von|de|sent|verzonden|gesendet|envoy\u00e9)[ ]{{0,3}}:)
    | (?:wrote|schreef)[^\n]{{0,80}}:[ ]*$""",
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Region:
    """One block, or what is left of one, at flat[start:end], with its lines as they were meant."""

    start: int
    end: int
    lines: tuple[str, ...]
    closed: bool


def find_regions(flat: str) -> list[Region]:
    """Return every block and every stray piece of one, in order and apart from each other."""
    found = sorted([*_marked(flat), *_strays(flat)], key=lambda region: (region.start, -region.end))
    apart: list[Region] = []
    for region in found:
        last = apart[-1] if apart else None
        if last is None or region.start >= last.end:
            apart.append(region)
        elif region.end > last.end and not last.closed:
            apart[-1] = Region(last.start, region.end, last.lines, closed=False)
    return apart


def regions_at_top(flat: str, regions: Iterable[Region]) -> list[Region]:
    """Return the regions that have nothing above them that a reader sees."""
    top: list[Region] = []
    position = 0
    for region in regions:
        if flat[position : region.start].strip():
            break
        top.append(region)
        position = region.end
    return top


def _marked(flat: str) -> Iterator[Region]:
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(flat):
        opens = _opens(mark, flat, within=opened is not None)
        if opens is None:
            continue
        if opened is None:
            if not opens:
                yield Region(_start(mark), mark.end(), (), closed=False)
        elif opens or _holds_other_text(flat, opened, mark):
            yield _unclosed(flat, opened, mark.start())
            if not opens:
                yield Region(_start(mark), mark.end(), (), closed=False)
        else:
            lines = _lines(flat[opened.end() : mark.start()])
            yield Region(_start(opened), mark.end(), lines, closed=True)
        opened = mark if opens else None
    if opened is not None:
        yield _unclosed(flat, opened, len(flat))


def _start(mark: re.Match[str]) -> int:
    """Return where a mark begins; quote signs before it are seen, and no part of it."""
    return mark.start("alone") if mark["alone"] else mark.start()


def _opens(mark: re.Match[str], flat: str, *, within: bool) -> bool | None:
    """Tell if a mark opens a block (True), closes one (False), or is none (None)."""
    if mark["arrow"]:
        return False if within else None
    if mark["alone"]:
        return False if within else _OWN_LINE.match(flat, mark.end()) is not None or None
    if mark["open"]:
        return not (within and mark["close"])
    if mark["close"] and (within or ("_" in mark["joint"] and mark["close"][0] != " ")):
        return False
    return None


def _holds_other_text(flat: str, opened: re.Match[str], mark: re.Match[str]) -> bool:
    """Tell if the text between two marks is too much, or goes on into somebody else's text."""
    content = flat[opened.end() : mark.start()]
    if _QUOTED_LINE.search(flat, max(0, opened.start() - 50), opened.start()):
        content = _QUOTE_SIGNS.sub("", content)
    return len(content) > _MOST or _OTHERS_TEXT.search(content) is not None


def _unclosed(flat: str, opened: re.Match[str], limit: int) -> Region:
    """Return the mark with the lines of ours that follow it at once; quoted ones are not meant."""
    end = opened.end()
    while (own := _OWN_LINE.match(flat, end)) and own.start() < limit:
        end = _with_wrapped(flat, own)
    end = max(opened.end(), min(end, limit))
    others = _OTHERS_TEXT.search(flat, opened.end(), end)
    lines = _lines(flat[opened.end() : others.start() if others else end])
    return Region(_start(opened), end, lines, closed=False)


def _strays(flat: str) -> Iterator[Region]:
    for match in _STRAY_LINE.finditer(flat):
        start, end = match.start("line"), _with_wrapped(flat, match)
        yield Region(start, end, _lines(flat[start:end]), closed=False)


def _with_wrapped(flat: str, line: re.Match[str]) -> int:
    """Return the end of a line of ours, with what a mail client wrapped to the next lines."""
    end = line.end()
    for _ in range(2):
        wrapped = _WRAPPED.match(flat, end)
        if wrapped is None:
            break
        end = wrapped.end()
    follows = _CODE_FOLLOWS.search(flat, max(line.start(), end - 30), end)
    after = _NEXT_LINE.match(flat, end) if follows else None
    return after.end() if after else end


def _lines(content: str) -> tuple[str, ...]:
    """Return the lines that were meant: broken ones joined, joined ones apart.

    The first one that can be none of ours is the last: what follows may not be the sender's.
    """
    foreign = _foreign_line(content)
    own = content[: foreign.start()] if foreign else content
    edges = list(
        dict.fromkeys([0, *(match.end() for match in _LINE_START.finditer(own)), len(own)])
    )
    lines = [own[start:end] for start, end in pairwise(edges)]
    folded = (" ".join(line.split()) for line in [*lines, foreign[0] if foreign else ""])
    return tuple(line for line in folded if line)


def _foreign_line(content: str) -> re.Match[str] | None:
    """Return the first line that is no line of ours and continues none."""
    before = ""
    for line in _FULL_LINE.finditer(content):
        ours = _KEYED.match(line[0])
        if not ours and not (before and _may_continue(before, line[0])):
            return line
        before = line[0]
    return None


def _may_continue(before: str, line: str) -> bool:
    return bool(
        len(before) >= _WRAPPING_WIDTH or _CONTINUES.match(line) or _AWAITS_MORE.search(before)
    )
