"""The zivver_headers block in a mail: take it out of every body, and say what it holds.

A block counts only where nothing a reader sees stands above it. One that stands elsewhere was
not put there by the sender for us: it is not obeyed, and is taken out all the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from intake.blocks.cutting import cut
from intake.blocks.embedded import rewrite_mail
from intake.blocks.flat import Flat, tidy
from intake.blocks.marks import Region, find_regions, regions_at_top
from intake.blocks.markup import Page

__all__ = ["TakenBlock", "strip_attachment", "take_from_html", "take_from_text"]

_PASSES: Final = 4  # more happens by no accident
_PREFIX: Final = 200  # a longer start of a line is not only quote signs
_SPACES = re.compile(" *")


@dataclass(frozen=True, slots=True)
class TakenBlock:
    """What a body said to us, and the body as recipients may see it.

    `lines`: the lines of the blocks that count, each one as it was meant, white space folded.
    `unclosed`: a block that counts lacks its first or its last line.
    """

    lines: tuple[str, ...]
    body: str
    unclosed: bool


def take_from_text(text: str) -> TakenBlock:
    """Return the plain text without its blocks, and what the one on top says. Never raises."""
    return _take(text, _take_once_from_text)


def take_from_html(html: str) -> TakenBlock:
    """Return the HTML without its blocks, and what the one on top says. Never raises."""
    return _take(html, _take_once_from_html)


def strip_attachment(content_type: str, content: bytes) -> bytes:
    """Return an attachment without blocks: text of any kind, and mails with all their parts.

    Where there is none, and of any other content type, the bytes stay as they are. Never raises.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in {"message/rfc822", "message/global"}:
        return rewrite_mail(content, _strip_text)
    return _strip_text(content_type, content) if kind.startswith("text/") else content


def _take(body: str, take_once: Callable[[str], tuple[TakenBlock, bool]]) -> TakenBlock:
    """Take out blocks until none is left; what was taken out may leave a new one behind."""
    first, again = take_once(body)
    body = first.body
    for _ in range(_PASSES):
        if not again:
            break
        last, again = take_once(body)
        again = again and last.body != body
        body = last.body
    return replace(first, body=body)


def _take_once_from_text(text: str) -> tuple[TakenBlock, bool]:
    if not _mentions(text) and not _mentions(tidy(text)):
        return TakenBlock((), text, unclosed=False), False
    source = Flat(text)
    source.add_text(0, len(text), markup=False)
    flat = source.text()
    regions = find_regions(flat)
    parts: list[str] = []
    position = flat_position = 0
    for region in regions:
        start, flat_position, left_over = _whole_lines(flat, region, flat_position)
        source_start, source_end = source.span(start, flat_position)
        parts += text[position:source_start], left_over
        position = source_end
    return _taken(flat, regions, "".join([*parts, text[position:]]))


def _take_once_from_html(html: str) -> tuple[TakenBlock, bool]:
    page = Page(html).with_clean_tags()
    flat = page.flat.text()
    if not _mentions(flat):
        return TakenBlock((), page.html, unclosed=False), False
    regions = find_regions(flat)
    body = cut(page, flat, [(region.start, region.end) for region in regions])
    return _taken(flat, regions, body)


def _mentions(text: str) -> bool:
    return "zivver" in text.lower()


def _taken(flat: str, regions: list[Region], body: str) -> tuple[TakenBlock, bool]:
    """Return what the blocks on top say, and if the rest may hold more to take out."""
    top = regions_at_top(flat, regions)
    lines = tuple(line for region in top for line in region.lines)
    edges = [0, *(edge for region in regions for edge in (region.start, region.end)), len(flat)]
    rest = "".join(flat[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    unclosed = any(not region.closed for region in top)
    return TakenBlock(lines, body, unclosed), bool(regions) and _mentions(rest)


def _whole_lines(flat: str, region: Region, floor: int) -> tuple[int, int, str]:
    """Return what to take away so that no empty line or quote sign stays, and what to leave."""
    start, end = region.start, region.end
    line_start = max(flat.rfind("\n", max(0, start - _PREFIX), start) + 1, floor)
    alone_before = start - line_start < _PREFIX and not flat[line_start:start].strip(" >|")
    rest = _SPACES.match(flat, end)
    after = rest.end() if rest else end
    alone_behind = flat[after : after + 1] in {"", "\n"}
    if alone_before and alone_behind:
        return line_start, min(after + 1, len(flat)), ""
    if alone_before:
        return start, after, ""
    apart = alone_behind or " " in {flat[start - 1], flat[end]}
    return start, end, "" if apart else " "


def _strip_text(content_type: str, content: bytes) -> bytes:
    codec, errors = _codec(content)
    try:
        text = content.decode(codec, errors)
    except UnicodeDecodeError:
        return content
    is_html = "html" in content_type.partition(";")[0].lower()
    body = (take_from_html if is_html else take_from_text)(text).body
    return content if body == text else body.encode(codec, errors)


def _codec(content: bytes) -> tuple[str, str]:
    """Return a codec that finds ASCII in the content and gives every other byte back as it was."""
    first, second = content[:1], content[1:2]
    if content.startswith(b"\xff\xfe") or (first and second == b"\0"):
        return "utf-16-le", "surrogatepass"
    if content.startswith(b"\xfe\xff") or first == b"\0":
        return "utf-16-be", "surrogatepass"
    return "utf-8", "surrogateescape"
