"""ISO-2022-JP as Windows and Japanese phones write it: with characters that are in no standard."""

import re
from typing import Final

_ESCAPE: Final = re.compile(rb"(\x1b\$[@B]|\x1b\([BJI])")
_TWO_BYTES: Final = frozenset({b"\x1b$@", b"\x1b$B"})
_KANA: Final = b"\x1b(I"
_HIGH: Final = bytes(byte | 0x80 for byte in range(256))


def decode_windows_jp(raw: bytes) -> str:
    """Decode through Windows code page 932, which holds the same rows in another order.

    Raises UnicodeDecodeError on what is no such text.
    """
    pieces: list[bytes] = []
    escape = b""
    for piece in _ESCAPE.split(raw):
        if _ESCAPE.fullmatch(piece):
            escape = piece
        elif escape in _TWO_BYTES:
            pieces.append(_shifted(piece))
        else:
            pieces.append(piece.translate(_HIGH) if escape == _KANA else piece)
    return b"".join(pieces).decode("cp932")


def _shifted(raw: bytes) -> bytes:
    """Turn JIS rows and cells into Shift JIS; a line break may stand between two characters."""
    shifted = bytearray()
    position = 0
    while position < len(raw):
        row, cell = raw[position], raw[position + 1] if position + 1 < len(raw) else 0
        if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
            shifted.append(row)
            position += 1
            continue
        lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
        trail = cell + 0x7E if row % 2 == 0 else cell + 0x1F + (cell >= 0x60)
        shifted += bytes((lead, trail))
        position += 2
    return bytes(shifted)
