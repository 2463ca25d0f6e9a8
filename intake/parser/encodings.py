"""Content-Transfer-Encoding, undone as far as the damage allows."""

import binascii
import re
from io import BytesIO
from typing import Final

_WHITE_SPACE: Final = b" \t\r\n\f\v\x00"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_BASE64: Final = bytes(set(range(256)) - set(_BASE64))
_PADDING: Final = re.compile(rb"=+")
_TRAILING: Final = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n)")
_IDENTITY: Final = frozenset({"", "7bit", "8bit", "binary"})

_PIECE: Final = 1024 * 1024

Bytes = bytes | memoryview
Decoded = tuple[bytes, str]
"""The bytes, and the code of the defect met or ""."""


def decode_transfer(raw: Bytes, encoding: str) -> Decoded:
    """Undo a Content-Transfer-Encoding (RFC 2045, 6), named in lower case.

    What is well-formed is decoded in pieces, so that a large file is in memory once.
    """
    if encoding == "base64":
        return decode_base64(raw)
    if encoding == "quoted-printable":
        return decode_quoted_printable(raw), ""
    return bytes(raw), "" if encoding in _IDENTITY else "unknown_encoding"


def decode_base64(raw: Bytes) -> Decoded:
    """Decode base64 with foreign characters in it, without padding, or with some in its middle."""
    try:
        return _well_formed_base64(raw), ""
    except binascii.Error:
        packed = bytes(raw).translate(None, _WHITE_SPACE)
        return b"".join(_base64_pieces(packed)), "bad_base64"


def _well_formed_base64(raw: Bytes) -> bytes:
    """Decode base64 that is as it should be. Raises binascii.Error."""
    decoded, left = BytesIO(), b""
    for at in range(0, len(raw), _PIECE):
        packed = left + bytes(raw[at : at + _PIECE]).translate(None, _WHITE_SPACE)
        # Some letters stay behind: padding may only stand at the very end.
        ready = max(0, (len(packed) - 5) // 4 * 4)
        decoded.write(binascii.a2b_base64(packed[:ready], strict_mode=True))
        if packed.endswith(b"=", 0, ready):
            raise binascii.Error("padding in the middle")
        left = packed[ready:]
    decoded.write(binascii.a2b_base64(left, strict_mode=True))
    return decoded.getvalue()


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


def decode_quoted_printable(raw: Bytes) -> bytes:
    """Decode quoted-printable; what is no valid escape stays as it is.

    White space at the end of a line is an addition of some mail server (RFC 2045, 6.7, rule 3).
    """
    decoded, left = BytesIO(), b""
    for at in range(0, len(raw), _PIECE):
        lines, line_end, left = (left + bytes(raw[at : at + _PIECE])).rpartition(b"\n")
        decoded.write(_printable_lines(lines + line_end))
    decoded.write(_printable_lines(left))
    return decoded.getvalue()


def _printable_lines(lines: bytes) -> bytes:
    return binascii.a2b_qp(_TRAILING.sub(b"", lines.replace(b" \r\n", b"\r\n")))
