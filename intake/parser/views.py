"""What of a mail is its text, and which of its parts are attachments."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Final
from urllib.parse import unquote

from intake.html import text_of
from intake.parser.charsets import codec_for, decode
from intake.parser.encodings import decode_transfer
from intake.parser.entities import Entity
from intake.parser.filenames import clean_filename
from intake.parser.flowed import unfold

_LINE_END: Final = re.compile(r"\r++\n?")
_META_CHARSET: Final = re.compile(
    rb"""<meta[^>]{1,200}?charset\s*+=\s*+["']?([\w.:-]{1,40})""", re.I
)
_META_WITHIN: Final = 2_048
_CID: Final = re.compile(r"""\bcid:([^"'\s<>)]++)""", re.IGNORECASE)
_SHOWN_TYPES: Final = frozenset({"text/plain", "text/html"})


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment, decoded; `inline` when the text shows it in its place (`cid:`)."""

    filename: str
    content_type: str
    content: bytes
    content_id: str
    inline: bool


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail: each of the two is whole, and None when there is no such part."""

    text: str | None = None
    html: str | None = None

    @property
    def blank(self) -> bool:
        """Say whether there is nothing to read."""
        return not ((self.text or "").strip() or (self.html or "").strip())


@dataclass(frozen=True, slots=True)
class View:
    """All that a mail holds beside its header."""

    body: Body
    attachments: tuple[Part, ...]
    defects: tuple[str, ...]


def view(raw: bytes, root: Entity) -> View:
    """Sort the parts of a mail into text and attachments; no part is left out."""
    walk = _Walk(raw)
    body = walk.body(root)
    return View(body, _marked(walk.attachments, body.html or ""), tuple(walk.defects))


@dataclass(slots=True)
class _Walk:
    """One way through the tree."""

    raw: bytes
    attachments: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def body(self, entity: Entity, *, resource: bool = False) -> Body:
        """Give the text in this part; put all else with the attachments."""
        if entity.children:
            bodies: list[Body] = []
            related = entity.content_type == "multipart/related"
            for child in entity.children:
                shown = related and any(not body.blank for body in bodies)
                bodies.append(self.body(child, resource=shown))
            join = _alternative if entity.content_type == "multipart/alternative" else _mixed
            return join(bodies)
        if _is_text(entity) and not (resource and entity.content_id):
            return self._text(entity)
        self.attachments.append(self._part(entity))
        return Body()

    def _text(self, entity: Entity) -> Body:
        """Decode a text part."""
        raw = self._content(entity)
        charset = entity.content.get("charset")
        is_html = entity.content_type == "text/html"
        if is_html and not codec_for(charset):
            meta = _META_CHARSET.search(raw[:_META_WITHIN])
            charset = meta[1].decode("ascii", "ignore") if meta else charset
        text = _LINE_END.sub("\n", decode(raw, charset).replace("\r\n", "\n"))
        if is_html:
            return Body(html=text) if text.strip() else Body()
        if entity.content.get("format").lower() == "flowed":
            text = unfold(text, delete_space=entity.content.get("delsp").lower() == "yes")
        return Body(text=text)

    def _part(self, entity: Entity) -> Part:
        """Decode an attachment."""
        return Part(
            filename=_filename(entity),
            content_type=entity.content_type,
            content=self._content(entity),
            content_id=entity.content_id,
            inline=False,
        )

    def _content(self, entity: Entity) -> bytes:
        """Give the bytes of a part, transfer encoding undone."""
        raw = memoryview(self.raw)[entity.start : entity.end]
        content, defect = decode_transfer(raw, entity.encoding)
        if defect:
            self.defects.append(defect)
        return content


def _is_text(entity: Entity) -> bool:
    """Tell text to read from an attachment; a multipart without any part is read as text."""
    if entity.content_type.startswith("multipart/"):
        return True
    return (
        entity.content_type in _SHOWN_TYPES
        and entity.disposition.value != "attachment"
        and not _filename(entity)
    )


def _filename(entity: Entity) -> str:
    """Give the clean name of a part."""
    return clean_filename(entity.disposition.get("filename") or entity.content.get("name"))


def _mixed(bodies: Sequence[Body]) -> Body:
    """Put texts one below the other; where there is any HTML, the HTML holds all of them too."""
    seen = [body for body in bodies if not body.blank] or [
        body for body in bodies if body != Body()
    ][:1]
    if len(seen) < 2:
        return seen[0] if seen else Body()
    text = html = None
    if any(body.text is not None for body in seen):
        text = _lines(
            body.text if body.text is not None else text_of(body.html or "") for body in seen
        )
    if any(body.html is not None for body in seen):
        html = _lines(
            body.html if body.html is not None else _as_html(body.text or "") for body in seen
        )
    return Body(text, html)


def _alternative(bodies: Sequence[Body]) -> Body:
    """Take the plain version and the HTML version of one text, several of a kind together."""
    plain = [body.text for body in bodies if body.text is not None and body.html is None]
    also = [body.text for body in bodies if body.text is not None and body.html is not None]
    html = [body.html for body in bodies if body.html is not None]
    return Body(_lines(dict.fromkeys(plain or also[-1:])), _lines(dict.fromkeys(html)))


def _lines(texts: Iterable[str]) -> str | None:
    """Join texts, each starting on a line of its own; None when there is none."""
    whole = list(texts)
    if not whole:
        return None
    seen = [text for text in whole if text.strip()] or whole[:1]
    return "\n".join([text.removesuffix("\n") for text in seen[:-1]] + seen[-1:])


def _as_html(text: str) -> str:
    """Write plain text as HTML."""
    return "<div>" + escape(text).replace("\n", "<br>\n") + "</div>"


def _marked(parts: Sequence[Part], html: str) -> tuple[Part, ...]:
    """Mark the parts that the HTML shows in their place."""
    if not any(part.content_id for part in parts):
        return tuple(parts)
    shown = {unquote(unescape(match)) for match in _CID.findall(html)}
    return tuple(
        Part(part.filename, part.content_type, part.content, part.content_id, inline=True)
        if part.content_id and part.content_id in shown
        else part
        for part in parts
    )
