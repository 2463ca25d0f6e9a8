"""Makes a stranger's HTML safe to show: one document for a sandboxed frame. Pure."""

import json
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from urllib.parse import unquote, urlsplit

import nh3

# The second wall: even what would slip through can neither run nor fetch anything.
# Links open in a window of their own, which is no longer in the sandbox.
FRAME_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_CSP = (
    "default-src 'none'; img-src data:{images}; style-src 'unsafe-inline'; sandbox {sandbox}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
BODY_CSP = _CSP.format(images="", sandbox=FRAME_SANDBOX)
MAX_DEPTH = 2000  # deeper elements cost quadratic time
MAX_COST = 250_000  # open formatting elements times elements
GROWTH, MAX_GROWTH = 4, 1_000_000  # what cleaned HTML may be longer, in times and in characters
MAX_IMAGES = 16 * 1024 * 1024  # characters of all addresses of inline images on a page
# HTML, 13.2.4.3: what is open of these is opened again in each block.
_FORMATTING = frozenset(
    {
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    }
)
MAX_LINKS = 50

_TAGS = (nh3.ALLOWED_TAGS | {"font", "big"}) - {"area", "map", "details", "summary"}
_DROPPED_WITH_CONTENT = {
    *("script", "style", "title", "noscript", "template", "iframe", "object", "embed"),
    *("svg", "math", "select", "textarea", "audio", "video"),
}
_CELL = {"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan", "nowrap"}
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "font": {"color", "face", "size"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "tr": {"valign", "bgcolor"},
    "td": _CELL,
    "th": _CELL,
    "col": {"width", "span"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "hr": {"size", "width", "color"},
}
_STYLES = {
    *("color", "background", "background-color", "opacity"),
    *("font", "font-family", "font-size", "font-style", "font-variant", "font-weight"),
    *("line-height", "letter-spacing", "word-spacing", "text-align", "text-decoration"),
    *("text-indent", "text-transform", "vertical-align", "white-space", "word-break"),
    *("overflow-wrap", "word-wrap", "direction", "list-style-type"),
    *("width", "height", "max-width", "max-height", "min-width", "min-height"),
    *("margin", "margin-top", "margin-right", "margin-bottom", "margin-left"),
    *("padding", "padding-top", "padding-right", "padding-bottom", "padding-left"),
    *("border", "border-top", "border-right", "border-bottom", "border-left"),
    *("border-color", "border-style", "border-width", "border-radius"),
    *("border-collapse", "border-spacing", "display", "float", "clear", "table-layout"),
}
_LINK_SCHEMES = {"http", "https", "mailto", "tel"}
_OWN_IMAGE = re.compile(r"data:image/(png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*", re.I)
# A function in a style may fetch (url, image-set); those that make a colour may stay.
_UNSAFE_STYLE = re.compile(r"[\\@<]|(?<!\brgb)(?<!\brgba)(?<!\bhsl)(?<!\bhsla)\(", re.I)
_CID = "cid:"
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.I)
_WITHOUT_END = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"),
    *("p", "li", "dt", "dd", "tr", "td", "th", "option", "thead", "tbody", "tfoot"),
}
_SHELL = """<!doctype html>
<html{attributes}><head>{title}<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer"><style>
:root{{color-scheme:light}}
body{{margin:16px;background:#fff;color:#111;font:16px/1.5 system-ui,sans-serif}}
body{{overflow-wrap:anywhere}}
img{{max-width:100%;height:auto}}
pre{{white-space:pre-wrap}}
blockquote{{margin:8px 0 8px 4px;padding-left:12px;border-left:3px solid #ccc}}
</style></head><body>{body}</body></html>"""


@dataclass(frozen=True, slots=True)
class Cover:
    """HTML of ours to put above a mail that is a page of its own; the title is plain text."""

    title: str
    language: str
    html: str


@dataclass(frozen=True, slots=True)
class Shown:
    """HTML that was made safe, once and for all: pieces, and an image between each two of them.

    An image is "cid:" and a Content-ID, or an https address that is fetched by the reader's wish
    alone. `links` is where links lead to, each once, in order. `refused`: it cannot be shown.
    """

    pieces: tuple[str, ...] = ("",)
    images: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    refused: bool = False

    @property
    def has_remote_images(self) -> bool:
        """Tell whether it shows images that are not in the mail."""
        return any(not image.startswith(_CID) for image in self.images)

    @property
    def content_ids(self) -> frozenset[str]:
        """The Content-IDs that it shows images by."""
        found = (image for image in self.images if image.startswith(_CID))
        return frozenset(image.removeprefix(_CID) for image in found)

    def html(self, inline_images: Mapping[str, str], *, remote_images: bool = False) -> str:
        """Return the HTML; `inline_images` has an address for each Content-ID.

        An image without one has none, and so has what would make the page too large: the same
        picture may be shown many times.
        """
        room, written = MAX_IMAGES, [self.pieces[0]]
        for image, piece in zip(self.images, self.pieces[1:], strict=True):
            address = image if remote_images else ""
            if image.startswith(_CID):
                address = inline_images.get(image.removeprefix(_CID), "")
            room -= len(address)
            written += [f' src="{escape(address)}"' if address and room >= 0 else "", piece]
        return "".join(written)

    def to_bytes(self) -> bytes:
        """Return the bytes to seal."""
        return json.dumps(asdict(self)).encode("ascii")


REFUSED = Shown(refused=True)


def read_shown(opened: bytes) -> Shown:
    """Return what `Shown.to_bytes` was made of."""
    kept = json.loads(opened)
    return Shown(
        tuple(kept["pieces"]), tuple(kept["images"]), tuple(kept["links"]), kept["refused"]
    )


class TooDeepError(ValueError):
    """The HTML is nested so deep that cleaning it would keep a server busy."""


def body_csp(*, remote_images: bool) -> str:
    """Return the policy to serve a document under; `remote_images` is the reader's own wish."""
    return _CSP.format(images=" https:" if remote_images else "", sandbox=FRAME_SANDBOX)


def body_document(body: str, *, cover: Cover | None = None) -> str:
    """Return a whole document around HTML that is safe, to serve under `body_csp` in a frame."""
    if cover is None:
        return _SHELL.format(attributes="", title="", body=body)
    return _SHELL.format(
        attributes=f' lang="{escape(cover.language)}"',
        title=f"<title>{escape(cover.title)}</title>",
        body=f"<main>{cover.html}{body}</main>",
    )


def clean(html: str) -> Shown:
    """Return the HTML without anything that runs, submits or fetches. Raises TooDeepError."""
    html = html.encode(errors="replace").decode()  # half a pair of surrogates is no character
    if _is_too_deep(html):
        raise TooDeepError
    mark = f"cid:{secrets.token_hex(8)}-"
    images: list[str] = []
    links: dict[str, None] = {}

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return _safe_style(value)
        if attribute == "src":
            return _safe_image(value, mark, images)
        if attribute == "href":
            return _safe_link(tag, value, links)
        return value

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=_LINK_SCHEMES | {"cid", "data"},
        url_relative="deny",
        filter_style_properties=_STYLES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    if len(cleaned) > MAX_GROWTH + GROWTH * len(html):
        raise TooDeepError
    parts = re.split(f' src="{mark}([0-9]+)"', cleaned)
    shown = tuple(images[int(number)] for number in parts[1::2])
    return Shown(tuple(parts[::2]), shown, tuple(links)[:MAX_LINKS])


def _safe_link(tag: str, address: str, links: dict[str, None]) -> str | None:
    if not _is_link(address):
        return None
    if tag == "a":
        links[address.strip()] = None
    return address


def _is_link(address: str) -> bool:
    try:
        return urlsplit(address.strip()).scheme.lower() in _LINK_SCHEMES
    except ValueError:
        return False


def _is_remote(address: str) -> bool:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    return parts.scheme.lower() == "https" and bool(parts.hostname)


def _safe_style(style: str) -> str | None:
    kept = [part for part in style.split(";") if not _UNSAFE_STYLE.search(part)]
    return ";".join(kept) or None


def _safe_image(address: str, mark: str, images: list[str]) -> str | None:
    """Return what stands for an image until the page is shown; one in the address itself stays."""
    if address[:4].lower() == _CID:
        images.append(_CID + unquote(address[4:]))
    elif _is_remote(address):
        images.append(address)
    else:
        return address if _OWN_IMAGE.fullmatch(address) else None
    return f"{mark}{len(images) - 1}"


def _is_too_deep(html: str) -> bool:
    """Tell whether it costs too much: a paragraph begins each open formatting element anew."""
    formatting = _depth(html, _FORMATTING)
    return _depth(html) > MAX_DEPTH or formatting * html.count("<") > MAX_COST


def _depth(html: str, counted: frozenset[str] | None = None) -> int:
    open_tags: Counter[str] = Counter()
    deepest = depth = 0
    for end, written in _TAG.findall(html):
        name = written.lower()
        if counted is not None and name not in counted:
            continue
        change = (-1 if open_tags[name] else 0) if end else int(name not in _WITHOUT_END)
        open_tags[name] += change
        depth += change
        deepest = max(deepest, depth)
    return deepest
