"""The visible text of an HTML mail."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

_TAG: Final = re.compile(r"</?([a-zA-Z][^\s/>]*+)")
_TAG_MARK: Final = re.compile(r"""=\s*+["']|>""")
_COMMENT_END: Final = re.compile(r"--!?>")
_HIDDEN: Final = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "title", "template", "iframe", "noembed", "noframes")
}
_LINES: Final = {
    **dict.fromkeys(
        ("address", "article", "aside", "body", "caption", "center", "dd", "details"), 1
    ),
    **dict.fromkeys(("div", "dt", "fieldset", "figcaption", "figure", "footer", "form", "head"), 1),
    **dict.fromkeys(("header", "hr", "li", "main", "nav", "section", "summary", "tr"), 1),
    **dict.fromkeys(("blockquote", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p"), 2),
    **dict.fromkeys(("pre", "table", "ul"), 2),
}
"""Elements that stand on lines of their own; 2: with an empty line around them."""

_CELLS: Final = frozenset({"td", "th", "option"})
_SPACES: Final = re.compile(r"[ \t\r\n\f]++")
_ENDLESS: Final = re.compile(r"&#(?:[0-9]{12,}+|[xX][0-9a-fA-F]{12,}+);?")
_UNSAFE: Final = re.compile("[\x00\ud800-\udfff]")
_GAPS: Final = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
    """Give the text that a reader of this HTML sees, blocks on lines of their own.

    Takes any HTML, however broken, in linear time. Entities are decoded, no-break spaces are
    spaces, and NUL and lone surrogates are gone.
    """
    page = _Page()
    for tag, text in _tokens(html):
        name = tag.lstrip("/")
        if text:
            page.write(_decoded(text))
        elif name == "br":
            page.end_line()
        elif name in _LINES:
            page.start_line(_LINES[name])
        elif name in _CELLS:
            page.write(" ")
        if name == "pre":
            page.verbatim = max(0, page.verbatim + (-1 if tag.startswith("/") else 1))
    return page.text()


class _Page:
    """The text written so far, white space folded as a browser does."""

    def __init__(self) -> None:
        self.verbatim = 0
        self._pieces: list[str] = []
        self._breaks = 2
        self._spaced = True

    def write(self, text: str) -> None:
        """Go on with the line; white space next to white space does not show."""
        if not self.verbatim:
            text = _SPACES.sub(" ", text)
            text = text.lstrip(" ") if self._spaced else text
        if text:
            self._pieces.append(text)
            self._spaced = text[-1] in " \n"
            self._breaks = len(text) - len(text.rstrip("\n")) if self.verbatim else 0

    def end_line(self) -> None:
        """Break the line, as `<br>` does."""
        self._pieces.append("\n")
        self._breaks += 1
        self._spaced = True

    def start_line(self, breaks: int) -> None:
        """Make sure that this many line breaks stand before what follows."""
        while self._breaks < breaks:
            self.end_line()

    def text(self) -> str:
        """Give all of it, lines stripped, never more than one empty line in a row."""
        lines = (line.strip() for line in "".join(self._pieces).split("\n"))
        return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def _tokens(html: str) -> Iterator[tuple[str, str]]:
    """Cut HTML into tags (`p`, `/p`) and pieces of text that are seen."""
    position = 0
    while (less := html.find("<", position)) >= 0:
        if less > position:
            yield "", html[position:less]
        tag = _TAG.match(html, less)
        if tag is not None:
            name = tag[1].lower()
            position = _hidden_end(html, name, _tag_end(html, tag.end()), tag[0][1] == "/")
            yield ("/" if tag[0][1] == "/" else "") + name, ""
        elif html.startswith(("<!", "<?", "</"), less):
            position = _comment_end(html, less)
        else:
            position = less + 1
            yield "", "<"
    if position < len(html):
        yield "", html[position:]


def _tag_end(html: str, position: int) -> int:
    """Find the end of a tag; a `>` inside a quoted attribute does not count."""
    while match := _TAG_MARK.search(html, position):
        if match[0] == ">":
            return match.end()
        closing = html.find(match[0][-1], match.end())
        position = closing + 1 if closing >= 0 else match.end()
    return len(html)


def _hidden_end(html: str, name: str, position: int, closing: bool) -> int:
    """Skip the content of an element that shows none of it."""
    if closing or name not in _HIDDEN:
        return position
    match = _HIDDEN[name].search(html, position)
    return match.start() if match else len(html)


def _comment_end(html: str, position: int) -> int:
    """Find the end of a comment, a declaration or a processing instruction."""
    if html.startswith("<!--", position):
        match = _COMMENT_END.search(html, position + 2)
        return match.end() if match else len(html)
    end = html.find(">", position)
    return end + 1 if end >= 0 else len(html)


def _decoded(text: str) -> str:
    """Decode character references; Python refuses to read numbers of thousands of digits."""
    if "&" in text:
        text = unescape(_ENDLESS.sub("\ufffd", text))
    return _UNSAFE.sub("", text).replace("\u00a0", " ").replace("\r\n", "\n")
