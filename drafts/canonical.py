"""What a reader sees of a mail's bodies, in one form however a mail program wrote them. Pure.

HTML is read as the recipients' page shows it (`delivery.sanitizer`). What counts: the words, where
lines, cells and list items begin, where links lead to, pictures by their bytes or address, alt
texts, and marks that change what words mean: bold, italic, underlined, struck out, raised, colored.
What does not: typeface, size, spacing, classes, ids, comments, and what `display: none` hides.
In doubt two bodies differ: a mail that is held twice can be discarded, one that vanished cannot.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import groupby
from typing import Final

from delivery.sanitizer import Shown

Token = str | tuple[str, ...]
Marks = dict[str, str]

_LINE_END: Final = ("line",)
_TOKEN: Final = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?:[^">]++|"[^"]*+")*+)>|([^<]++)')
_ATTRIBUTE: Final = re.compile(r' ([a-z-]++)="([^"]*+)"')
_SPACES: Final = re.compile(r"[ \t\r\n\f]++")
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff]++")
_NBSP: Final = "\xa0"
_MAX_HTML: Final = 2 * 1024 * 1024  # characters; what is longer is taken as it stands
_WITHOUT_END: Final = frozenset({"br", "col", "hr", "img", "wbr"})
_BREAKS: Final = frozenset({
    "address", "article", "aside", "br", "caption", "center", "dd", "div", "dl", "dt",
    "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "nav", "p", "pre", "section", "tbody", "tfoot", "thead",
})  # fmt: skip
_SHAPES: Final = frozenset({"blockquote", "hr", "li", "ol", "table", "td", "th", "tr", "ul"})
_SHAPE_ATTRIBUTES: Final = ("start", "type", "value", "colspan", "rowspan")
_CLOSED: Final = frozenset({"blockquote", "ol", "table", "ul"})

_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAG_MARKS: Final[Mapping[str, Marks]] = {
    **{tag: {"font-weight": "bold"} for tag in ("b", "strong", "th")},
    **{tag: {"font-style": "italic"} for tag in ("i", "em", "cite", "dfn", "var")},
    **{tag: {"underline": "on"} for tag in ("u", "ins")},
    **{tag: {"line-through": "on"} for tag in ("s", "strike", "del")},
    **{tag: {"heading": tag} for tag in _HEADINGS},
    **{tag: {tag: "on"} for tag in ("mark", "q")},
    "sub": {"vertical-align": "sub"},
    "sup": {"vertical-align": "super"},
}
_ATTRIBUTE_MARKS: Final = {
    "href": "link", "title": "title", "color": "color", "bgcolor": "background", "dir": "dir",
}  # fmt: skip
_STYLE_MARKS: Final = {
    "color": "color", "background": "background", "background-color": "background",
    "direction": "dir", "opacity": "opacity", "vertical-align": "vertical-align",
    "text-transform": "text-transform", "font-variant": "font-variant",
}  # fmt: skip
_NOTHING: Final = {"", "inherit", "initial", "unset", "normal", "none"}
_USUAL: Final[Mapping[str, set[str]]] = {
    "color": _NOTHING | {"black", "#000", "#000000", "rgb(0,0,0)", "windowtext"},
    "background": _NOTHING
    | {"white", "#fff", "#ffffff", "rgb(255,255,255)", "window", "transparent"},
    "dir": _NOTHING | {"ltr", "auto"},
    "opacity": {"1"},
    "vertical-align": {"baseline", "top", "middle", "bottom"},
    "text-transform": _NOTHING,
    "font-variant": _NOTHING,
}
"""Values that look as if nothing was said."""

_LINES: Final = ("underline", "line-through", "overline")
_HEAVY: Final = frozenset({"bold", "bolder", "600", "700", "800", "900"})
_SLANTED: Final = frozenset({"italic", "oblique"})
_NO_SIZE: Final = re.compile(r"0+(\.0*)?[a-z%]*")
_IMPORTANT: Final = re.compile(r"!\s*important")
_HIDDEN: Final = re.compile(r"(?:^|;)\s*display\s*:\s*none\s*(?:;|$)")
_UNSURE: Final = re.compile(r"""["'(/]|display\s*:(?!\s*none)""")
"""Where a browser may read a style in another way than `_HIDDEN` does."""

_CID: Final = re.compile(r"cid:([^\]\s<>()\"']++)", re.IGNORECASE)
_BRACKETED: Final = re.compile(r"[<\[(]([^<>\[\]()]{1,2000}+)[>\])]")
_BULLET: Final = re.compile(r"^[ \t>]*+[*•·o-][ \t]++", re.MULTILINE)
_STAR: Final = re.compile(r"\*(?!\d)|(?<!\d)\*")


def canonical_line(text: str) -> str:
    """Return a subject or a file name; runs of white space are one space."""
    return " ".join(_shown(text).split())


def canonical_text(text: str, pictures: Mapping[str, str]) -> str:
    """Return plain text with the lines of each paragraph joined.

    Mail programs wrap lines anew. An empty line counts, several count as one. `pictures` has a
    digest of the bytes for each Content-ID.
    """
    paragraphs: list[list[str]] = [[]]
    for line in _shown(text).replace(_NBSP, " ").split("\n"):
        if line.strip():
            paragraphs[-1].append(line.rstrip())
        elif paragraphs[-1]:
            paragraphs.append([])
    joined = "\n\n".join(" ".join(lines) for lines in paragraphs if lines).strip()
    return _CID.sub(lambda found: f"cid:{pictures.get(found[1], found[1])}", joined)


def canonical_shown(html: str, shown: Shown | None, pictures: Mapping[str, str]) -> list[Token]:
    """Return what HTML shows: text as it stands, and tuples for all else that is seen.

    `shown` is what was made safe of it, None where the mail has none; `pictures` has a digest of
    the bytes for each Content-ID.
    """
    safe = html.encode(errors="replace").decode()
    if shown is None or shown.refused or len(safe) > _MAX_HTML:
        return [safe] if safe else []
    addresses = {cid: f"cid:{digest}" for cid, digest in pictures.items()}
    cleaned = shown.html(addresses, remote_images=True)
    if len(cleaned) > _MAX_HTML:
        return [safe]
    page = _Page()
    for match in _TOKEN.finditer(cleaned):
        end, tag, attributes, text = match.groups()
        if text is not None:
            page.write(unescape(text))
        elif end:
            page.close(tag)
        else:
            page.open(
                tag, {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
            )
    return list(_joined(page.tokens))


def _joined(tokens: list[Token]) -> Iterator[Token]:
    """Join pieces of text that look the same; where the last line ends does not show."""
    while tokens and tokens[-1] == _LINE_END:
        tokens.pop()
    for is_text, group in groupby(tokens, lambda token: isinstance(token, str)):
        if is_text:
            yield "".join(str(token) for token in group).replace(_NBSP, " ")
        else:
            yield from group


def is_rendering(text: str, html: list[Token]) -> bool:
    """Say whether the plain text is what a mail program makes of the HTML, and adds nothing.

    `html` is what `canonical_shown` returned.
    """
    seen = [token for token in html if isinstance(token, tuple)]
    beside = {token[-1] for token in seen if token[0] == "picture"}
    beside |= {mark[5:] for token in seen for mark in token[1:] if mark.startswith("link=")}
    shown = "\n".join(token for token in html if isinstance(token, str))

    def known(found: re.Match[str]) -> str:
        inside = found[1].removeprefix("image: ").strip()
        named = {inside, f"mailto:{inside}"} & beside or inside.lower().startswith("cid:")
        return "" if named else found[0]

    return _bare(_BRACKETED.sub(known, text)) == _bare(shown)


def _bare(text: str) -> str:
    return "".join(_STAR.sub("", _BULLET.sub("", _shown(text))).split())


def _shown(text: str) -> str:
    """Drop characters that no reader sees, and compose accents."""
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


class _Page:
    """What was seen so far."""

    def __init__(self) -> None:
        self.tokens: list[Token] = []
        self._open: list[tuple[str, Marks]] = [("", {})]
        self._marked: Token = ("marks",)
        self._gap = ""  # white space that shows only if something follows it on its line
        self._in_line = False
        self._verbatim = 0

    def open(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element, or show one that has no end."""
        above = self._open[-1][1]
        marks = above
        if attributes or tag in _TAG_MARKS:
            marks = above | dict(_marks(tag, attributes))
        if tag not in _WITHOUT_END:
            self._open.append((tag, marks))
            self._verbatim += tag == "pre"
        if "hidden" in marks:
            return
        if tag == "img":
            self._picture(attributes, marks)
        elif tag in _SHAPES:
            self._end_line()
            told = (
                f"{name}={attributes[name]}" for name in _SHAPE_ATTRIBUTES if name in attributes
            )
            self.tokens.append((tag, *told))
        elif tag in _BREAKS:
            self._end_line()

    def close(self, tag: str) -> None:
        """End an element."""
        _, marks = self._open.pop() if len(self._open) > 1 else self._open[0]
        self._verbatim -= tag == "pre"
        if "hidden" in marks:
            return
        if tag in _BREAKS or tag in _SHAPES:
            self._end_line()
        if tag in _CLOSED:
            self.tokens.append((f"/{tag}",))

    def write(self, text: str) -> None:
        """Show text, white space folded as a browser does."""
        marks = self._open[-1][1]
        if "hidden" in marks:
            return
        if not self._verbatim:
            self._write(_shown(_SPACES.sub(" ", text)), marks)
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self._end_line()
            self._write(_shown(line.expandtabs()).replace(" ", _NBSP), marks)

    def _write(self, text: str, marks: Marks) -> None:
        if text.startswith(" ") and (self._gap.endswith(" ") or not (self._gap or self._in_line)):
            text = text[1:]
        body = text.strip(" \xa0")
        if not body:
            self._gap += text
            return
        start = text.index(body)
        self._gap += text[:start]
        self._show(body, marks)
        self._gap = text[start + len(body) :]

    def _picture(self, attributes: Mapping[str, str], marks: Marks) -> None:
        """Show a picture; one of a single dot or from nowhere, without a word, is not seen."""
        sizes = {attributes.get(name, "") for name in ("width", "height")}
        source = "" if sizes & {"0", "1"} else attributes.get("src", "")
        alt = canonical_line(attributes.get("alt", ""))
        if source or alt:
            self._show(("picture", source, alt), marks)

    def _show(self, token: Token, marks: Marks) -> None:
        if self._gap:
            self.tokens.append(self._gap)
            self._gap = ""
        seen = sorted(name + "=" + value for name, value in marks.items() if value)
        marked = ("marks", *seen)
        if marked != self._marked:
            self.tokens.append(marked)
            self._marked = marked
        self.tokens.append(token)
        self._in_line = True

    def _end_line(self) -> None:
        if self._in_line:
            self.tokens.append(_LINE_END)
        self._gap, self._in_line = "", False


def _marks(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the marks that an element puts on what is in it; "" takes one off again."""
    yield from _TAG_MARKS.get(tag, {}).items()
    for name, mark in _ATTRIBUTE_MARKS.items():
        if name in attributes:
            yield mark, _unless_usual(mark, attributes[name].strip())
    style = _IMPORTANT.sub("", attributes.get("style", "").lower())
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        yield from _style_marks(name.strip(), value.strip())
    if _HIDDEN.search(style) and not _UNSURE.search(style):
        yield "hidden", "on"


def _style_marks(name: str, value: str) -> Iterator[tuple[str, str]]:
    if name in _STYLE_MARKS:
        mark = _STYLE_MARKS[name]
        yield mark, _unless_usual(mark, "".join(value.split()))
    elif name == "text-decoration":
        yield from ((line, "on") for line in _LINES if line in value)
    elif name == "font-size" and _NO_SIZE.fullmatch(value):
        yield "font-size", "0"
    if name in {"font", "font-weight"}:
        yield "font-weight", "bold" if _HEAVY & set(value.split()) else ""
    if name in {"font", "font-style"}:
        yield "font-style", "italic" if _SLANTED & set(value.split()) else ""


def _unless_usual(mark: str, value: str) -> str:
    return "" if value.lower() in _USUAL.get(mark, ()) else value
