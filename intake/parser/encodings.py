"""Content-Transfer-Encoding, undone as far as the damage allows."""

import binascii
import re
from typing import Final

_WHITE_SPACE: Final = b" \t\r\n\f\v\x00"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_BASE64: Final = bytes(set(range(256)) - set(_BASE64))
_PADDING: Final = re.compile(rb"=+")
_TRAILING: Final = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n)")
_IDENTITY: Final = frozenset({"", "7bit", "8bit", "binary"})

Decoded = tuple[bytes, str]
"""The bytes, and the code of the defect met or ""."""


def decode_transfer(raw: bytes, encoding: str) -> Decoded:
    """Undo a Content-Transfer-Encoding (RFC 2045, 6), named in lower case."""
    if encoding == "base64":
        return decode_base64(raw)
    if encoding == "quoted-printable":
        return decode_quoted_printable(raw), ""
    return raw, "" if encoding in _IDENTITY else "unknown_encoding"


def decode_base64(raw: bytes) -> Decoded:
    """Decode base64 with foreign characters in it, without padding, or with some in its middle."""
    packed = raw.translate(None, _WHITE_SPACE)
    try:
        return binascii.a2b_base64(packed, strict_mode=True), ""
    except binascii.Error:
        return b"".join(_base64_pieces(packed)), "bad_base64"


def _base64_pieces(packed: bytes) -> list[bytes]:
    """Decode each padded run; text that follows the padding (a list's footer) ends it."""
    pieces: list[bytes] = []
    for piece in _PADDING.split(packed):
        letters = piece.translate(None, _NO_BASE64)
        if pieces and len(letters) != len(piece):
            break
        usable = len(letters) - (len(letters) % 4 == 1)
        pieces.append(binascii.a2b_base64(letters[:usable] + b"=" * (-usable % 4)))
    return pieces


def decode_quoted_printable(raw: bytes) -> bytes:
    """Decode quoted-printable; what is no valid escape stays as it is.

    White space at the end of a line is an addition of some mail server (RFC 2045, 6.7, rule 3).
    """
    return binascii.a2b_qp(_TRAILING.sub(b"", raw.replace(b" \r\n", b"\r\n")))
