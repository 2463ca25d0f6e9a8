"""Rewrite the text parts of a mail that is attached to a mail, byte for byte else."""

import binascii
import re
from collections.abc import Callable
from typing import Final

Strip = Callable[[str, bytes], bytes]
"""Content type and decoded bytes of a text part to the bytes it shall have."""

_DEEPEST: Final = 50
_END_OF_HEAD = re.compile(rb"(?:\A|\n)(\r?\n)")
_CONTROL_FIELD = re.compile(
    rb"^zivver-[^\s:]*[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*\n?", re.IGNORECASE | re.MULTILINE
)
_BOUNDARY = re.compile(rb"boundary\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))", re.IGNORECASE)


def rewrite_mail(raw: bytes, strip: Strip, depth: int = 0, default: str = "text/plain") -> bytes:
    """Return the mail with every text part rewritten and the zivver header fields removed.

    What needs no change keeps its bytes. Never raises.
    """
    match = _END_OF_HEAD.search(raw)
    if match is None:
        return strip("text/plain", _CONTROL_FIELD.sub(b"", raw))
    head, blank, body = raw[: match.start(1)], match[1], raw[match.end() :]
    content_type = _field(head, b"content-type") or default
    kind = content_type.partition(";")[0].strip().lower()
    boundary = _BOUNDARY.search(content_type.encode("latin-1"))
    if depth < _DEEPEST and kind.startswith("multipart/") and boundary:
        inner = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        body = _rewrite_parts(body, boundary[1] or boundary[2] or b"", strip, (depth + 1, inner))
    elif depth < _DEEPEST and kind in {"message/rfc822", "message/global"}:
        body = _rewrite_leaf(
            body, _encoding(head), lambda data: rewrite_mail(data, strip, depth + 1)
        )
    elif kind.startswith(("text/", "multipart/", "message/")):
        body = _rewrite_leaf(body, _encoding(head), lambda data: strip(content_type, data))
    return _CONTROL_FIELD.sub(b"", head) + blank + body


def _rewrite_parts(body: bytes, boundary: bytes, strip: Strip, inner: tuple[int, str]) -> bytes:
    delimiter = re.compile(
        rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)", re.MULTILINE
    )
    pieces: list[bytes] = []
    position, inside = 0, False
    for match in delimiter.finditer(body):
        pieces += _rewrite_part(body[position : match.start()], strip, inner, inside), match[0]
        position, inside = match.end(), match[1] is None
    return b"".join([*pieces, _rewrite_part(body[position:], strip, inner, inside)])


def _rewrite_part(part: bytes, strip: Strip, inner: tuple[int, str], inside: bool) -> bytes:
    """Rewrite what stands between two delimiters: a part, or the text around the parts."""
    return rewrite_mail(part, strip, *inner) if inside else strip("text/plain", part)


def _rewrite_leaf(body: bytes, encoding: str, rewrite: Callable[[bytes], bytes]) -> bytes:
    try:
        decoded = _decoded(body, encoding)
    except (binascii.Error, ValueError):
        return body
    rewritten = rewrite(decoded)
    if rewritten == decoded:
        return body
    return _encoded(rewritten, encoding, b"\r\n" if b"\r\n" in body else b"\n")


def _decoded(body: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return binascii.a2b_base64(body)
    return binascii.a2b_qp(body) if encoding == "quoted-printable" else body


def _encoded(content: bytes, encoding: str, line_end: bytes) -> bytes:
    if encoding == "base64":
        encoded = binascii.b2a_base64(content, newline=False)
        lines = (encoded[at : at + 76] + line_end for at in range(0, len(encoded), 76))
        return b"".join(lines)
    return binascii.b2a_qp(content) if encoding == "quoted-printable" else content


def _encoding(head: bytes) -> str:
    return _field(head, b"content-transfer-encoding").strip().lower()


def _field(head: bytes, name: bytes) -> str:
    """Return the value of the first field of this name, unfolded, "" when there is none."""
    pattern = rb"^" + name + rb"[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)"
    match = re.search(pattern, head, re.IGNORECASE | re.MULTILINE)
    return " ".join(match[1].decode("latin-1").split()) if match else ""
