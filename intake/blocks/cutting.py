"""Cut stretches of flat text out of the HTML they stand in, and leave the HTML well nested."""

from typing import Final

from intake.blocks.flat import OBJECT
from intake.blocks.markup import CLOSE, OPEN, VOID, Page, Token

_FRAME: Final = {"html", "head", "body", "table", "tbody", "thead", "tfoot", "tr", "td", "th"}
"""Elements that stay when they lose all their content."""

_INLINE: Final = {"a", "b", "code", "em", "font", "i", "o:p", "small", "span", "strong", "tt", "u"}


def cut(page: Page, flat: str, stretches: list[tuple[int, int]]) -> str:
    """Return the HTML without these stretches (in order and apart) of its flat text.

    Elements that held nothing else go with them; every other tag stays.
    """
    parts: list[str] = []
    position = 0
    for start, end in _joined(flat, stretches):
        zone_start, zone_end, left_over = _zone(page, flat, (start, end), position)
        parts += page.html[position:zone_start], left_over
        position = zone_end
    return "".join([*parts, page.html[position:]])


def _joined(flat: str, stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the stretches with those joined that have nothing to see between them."""
    joined: list[tuple[int, int]] = []
    for start, end in stretches:
        if joined and not flat[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _zone(page: Page, flat: str, stretch: tuple[int, int], floor: int) -> tuple[int, int, str]:
    """Return the source span to take away for a stretch, and what to put in its place."""
    start, end = _with_spaces(flat, *stretch)
    source_start, source_end = page.flat.span(start, end)
    if around := page.comment_around(source_start):
        source_start = around.start
    if around := page.comment_around(source_end - 1):
        source_end = around.end
    first, last = page.first_token(source_start), page.first_token(source_end)
    after_line = start == 0 or flat[start - 1] in "\n\t"
    first, zone_start = _before(page, first, max(source_start, floor), floor)
    last, zone_end = _behind(page, last, source_end, break_too=after_line)
    left_over = "".join(
        page.html[token.start : token.end] for token in _unpaired(page.tokens[first:last])
    )
    if not left_over and not after_line and flat[end : end + 1].strip("\n\t" + OBJECT):
        left_over = " "
    return zone_start, max(zone_end, zone_start), left_over


def _with_spaces(flat: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and flat[start - 1] == " ":
        start -= 1
    while end < len(flat) and flat[end] == " ":
        end += 1
    return start, end


def _before(page: Page, first: int, start: int, floor: int) -> tuple[int, int]:
    """Go back over the tags that open directly before the position."""
    while first > 0:
        token = page.tokens[first - 1]
        gap = page.html[token.end : start]
        if token.kind != OPEN or token.name in _FRAME or token.start < floor or gap.strip():
            break
        first, start = first - 1, token.start
    return first, start


def _behind(page: Page, last: int, end: int, *, break_too: bool) -> tuple[int, int]:
    """Go on over the tags that close directly behind the position, and over one line break."""
    while last < len(page.tokens):
        token = page.tokens[last]
        if page.html[end : token.start].strip():
            break
        if token.kind == CLOSE and token.name not in _FRAME:
            break_too = break_too and token.name in _INLINE
            last, end = last + 1, token.end
        elif token.kind == VOID and token.name == "br" and break_too:
            break_too = False
            last, end = last + 1, token.end
        elif _is_empty_element(page, last):
            last, end = last + 2, page.tokens[last + 1].end
        else:
            break
    return last, end


def _is_empty_element(page: Page, index: int) -> bool:
    token, following = page.tokens[index], page.tokens[index + 1 : index + 2]
    return (
        token.kind == OPEN
        and token.name in _INLINE
        and bool(following)
        and (following[0].kind, following[0].name) == (CLOSE, token.name)
        and not page.html[token.end : following[0].start].strip()
    )


def _unpaired(tokens: list[Token]) -> list[Token]:
    """Return the tags whose other half is not among them."""
    opened: dict[str, list[Token]] = {}
    unpaired: dict[Token, None] = {}
    for token in tokens:
        if token.kind == OPEN:
            opened.setdefault(token.name, []).append(token)
            unpaired[token] = None
        elif token.kind == CLOSE and opened.get(token.name):
            del unpaired[opened[token.name].pop()]
        elif token.kind == CLOSE:
            unpaired[token] = None
    return list(unpaired)
