"""Take an HTML mail apart into what a reader sees, and cut from it what a reader must not see."""

import re
from bisect import bisect_left, bisect_right
from html import unescape
from typing import Final, NamedTuple

from intake.blocks.flat import DASHES, OBJECT, Flat

OPEN, CLOSE, VOID, COMMENT = "open", "close", "void", "comment"

_MARKUP = re.compile(r"<(?:!--|[!?]|/?[a-zA-Z])")
_TAG = re.compile(
    r"""<(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]*+)
    (?P<rest>(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')|["'=])*+)>""",
    re.VERBOSE,
)
_OURS = re.compile(rf"<!?[\s{DASHES}]{{0,8}}zivver", re.IGNORECASE)
_OUR_END = re.compile(
    rf"zivver\\?[_{DASHES}]?headers?\s?[{DASHES}]{{0,6}}\s?(?:&gt;|[>\u2192\u00e0])", re.IGNORECASE
)
_OUR_WORDS = re.compile(rf"zivver[_{DASHES}]headers|zivver[{DASHES}]access", re.IGNORECASE)
_COMMENT_END = re.compile("-->")
_SIGN_END = re.compile(">")
_ANY_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]*[\s/>]")
_QUOTE_ATTRIBUTES = re.compile(
    r"gmail_quote|gmail_attr|moz-(?:cite|forward)|yahoo_quoted|divRplyFwdMsg|appendonsend"
    r"|OLK_SRC_BODY|protonmail_quote|reference-message-container|type\s*=\s*[\"']?cite",
    re.IGNORECASE,
)
_RAW: Final = {"script", "style", "title", "noframes", "xmp"}
_VOID: Final = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr"),
}
_SEEN: Final = {
    *("audio", "blockquote", "button", "canvas", "embed", "hr", "iframe", "img", "input"),
    *("object", "select", "svg", "video"),
}
_LINE: Final = {
    *("address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd"),
    *("div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "head", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "tbody", "tfoot", "thead", "title", "tr", "ul"),
}
_CELL: Final = {"td", "th"}


class Token(NamedTuple):
    """One tag or comment of the source; text between tokens has no token."""

    kind: str
    name: str
    start: int
    end: int


class _Ahead:
    """Finds a pattern from ever later positions, each stretch of the text searched once."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._pattern = pattern
        self._text = text
        self._searched = -1
        self._match: re.Match[str] | None = None

    def find(self, position: int) -> re.Match[str] | None:
        """Return the first match that begins at the position or after it."""
        stale = self._match is not None and self._match.start() < position
        if stale or self._searched < 0:
            self._match = self._pattern.search(self._text, position)
            self._searched = position
        return self._match


class Page:
    """An HTML mail as flat text and as its tags."""

    def __init__(self, html: str) -> None:
        """Take the HTML apart. Never raises; takes time in proportion to its length."""
        self.html = html
        self.flat = Flat(html)
        self.tokens: list[Token] = []
        self._spoiled: list[Token] = []
        self._pre = 0
        self._tags_end = False
        patterns = {"-->": _COMMENT_END, ">": _SIGN_END, "ours": _OUR_END, "tag": _ANY_TAG}
        self._ahead = {name: _Ahead(pattern, html) for name, pattern in patterns.items()}
        self._read()
        self._starts = [token.start for token in self.tokens]

    def with_clean_tags(self) -> "Page":
        """Return the page without the words of ours that stand inside a tag, and its attributes."""
        if not self._spoiled:
            return self
        parts: list[str] = []
        position = 0
        for token in self._spoiled:
            slash = "/" * (token.kind == CLOSE)
            parts += self.html[position : token.start], f"<{slash}{token.name.partition('<')[0]}>"
            position = token.end
        return Page("".join([*parts, self.html[position:]]))

    def first_token(self, position: int) -> int:
        """Return the index of the first token that begins at the position or after it."""
        return bisect_left(self._starts, position)

    def comment_around(self, position: int) -> Token | None:
        """Return the comment that the source position stands in."""
        index = bisect_right(self._starts, position) - 1
        token = self.tokens[index] if index >= 0 else None
        return token if token and token.kind == COMMENT and position < token.end else None

    def _read(self) -> None:
        position = shown = 0
        while match := _MARKUP.search(self.html, position):
            token = self._token(match)
            position = match.end()
            if token is not None:
                self._show_text(shown, token.start)
                self.tokens.append(token)
                self._show(token)
                position = shown = self._after(token)
        self._show_text(shown, len(self.html))

    def _token(self, match: re.Match[str]) -> Token | None:
        """Return the token that begins here, None where it is only text."""
        start, sign = match.start(), match[0]
        if sign == "<!--":
            end = self._comment_end(start)
        elif sign not in {"<!", "<?"}:
            return self._tag(start)
        elif _OURS.match(self.html, start):
            return None
        else:
            closed = self._ahead[">"].find(start)
            end = closed.end() if closed else -1
        return Token(COMMENT, "", start, end) if end > 0 else None

    def _comment_end(self, start: int) -> int:
        """Return where the comment ends, -1 where it does not, or swallows more than a block."""
        closed = self._ahead["-->"].find(start + 2)
        if closed is None:
            return -1
        ours = _OURS.match(self.html, start)
        if ours is None:
            return closed.end()
        our_end = self._ahead["ours"].find(ours.end())
        if our_end and our_end.start() < closed.end():
            return our_end.end()
        tag = self._ahead["tag"].find(ours.end())
        return -1 if tag and tag.start() < closed.end() else closed.end()

    def _tag(self, start: int) -> Token | None:
        match = None if self._tags_end else _TAG.match(self.html, start)
        if match is None:
            self._tags_end = True  # HTML: what is no tag to its end swallows the rest
            return None
        name = match["name"].lower()
        if "@" in name or name.startswith("zivver"):
            return None
        kind = CLOSE if match["slash"] else OPEN
        if kind == OPEN and (name in _VOID or match["rest"].endswith("/")):
            kind = VOID
        token = Token(kind, name, start, match.end())
        if "zivver" in match[0].lower() and _OUR_WORDS.search(unescape(match[0])):
            self._spoiled.append(token)
        return token

    def _show_text(self, start: int, end: int) -> None:
        if start < end:
            self.flat.add_text(start, end, markup=True, running=not self._pre)

    def _show(self, token: Token) -> None:
        if token.kind == COMMENT:
            self._show_hidden(token.start, token.end, "\n")
            return
        if token.name in _LINE:
            self.flat.add_sign("\n", token.start, token.end)
        elif token.name in _CELL:
            self.flat.add_sign("\t", token.start, token.end)
        if token.kind == CLOSE:
            self._pre -= token.name == "pre" and self._pre > 0
            return
        self._pre += token.name == "pre"
        if token.name in _SEEN or self._begins_quote(token):
            self.flat.add_sign(OBJECT, token.start, token.end)

    def _begins_quote(self, token: Token) -> bool:
        attributes = token.start + len(token.name) + 2
        return attributes < token.end and bool(
            _QUOTE_ATTRIBUTES.search(self.html, attributes, token.end)
        )

    def _show_hidden(self, start: int, end: int, sign: str) -> None:
        """Show what no reader sees only where it may hold a block."""
        if "zivver" in self.html[start:end].lower():
            self.flat.add_sign(sign, start, start)
            self.flat.add_text(start, end, markup=False)
            self.flat.add_sign(sign, end, end)

    def _after(self, token: Token) -> int:
        """Return where reading goes on: after a script or style its whole content is passed."""
        if token.kind != OPEN or token.name not in _RAW:
            return token.end
        if token.name not in self._ahead:
            pattern = re.compile(f"</{token.name}", re.IGNORECASE)
            self._ahead[token.name] = _Ahead(pattern, self.html)
        closed = self._ahead[token.name].find(token.end)
        end = closed.start() if closed else len(self.html)
        self._show_hidden(token.end, end, OBJECT)
        return end
