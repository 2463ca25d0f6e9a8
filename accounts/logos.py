"""Reads a picture that somebody uploads, and keeps of it only what shows. Pure.

PNG (RFC 2083), JPEG (ITU T.81) and WebP (RFC 9649): comments, places and camera data are dropped,
and so is whatever else the file carries along. What is uploaded is read by a process of its own.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flow.reader import Answer, Body, Bounds, TooComplex, ask

MAX_BYTES, MAX_SIDE, MIN_SIDE = 50_000, 1200, 16
TOO_BIG, TOO_WIDE, UNREADABLE, MOVING = "too_big", "too_wide", "unreadable", "moving"
READ: Final = "accounts.logos:answers"
BOUNDS: Final = Bounds(processor=2, seconds=15, memory=64 << 20, output=1 << 20)

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs"}
_FRAMES = {0xC0, 0xC1, 0xC2}  # baseline, extended, progressive
_JPEG_KEPT = {0xDB, 0xC4, 0xDD, 0xE0, 0xEE, 0xDA, *_FRAMES}
_RESTARTS = {0x00, *range(0xD0, 0xD8)}


class BadLogo(Exception):
    """This is no picture that can be used: `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with nothing in it but what shows."""

    content: bytes
    content_type: str
    width: int
    height: int


def read_upload(content: bytes) -> Picture:
    """Return the picture, read by a process of its own. Raises BadLogo and ReaderAway."""
    if len(content) > MAX_BYTES:
        raise BadLogo(TOO_BIG)
    try:
        said, blobs = ask(READ, None, Body.of(content), BOUNDS)
    except TooComplex as error:
        raise BadLogo(UNREADABLE) from error
    if isinstance(said, str):
        raise BadLogo(said)
    return Picture(blobs[0], *said)


def answers(_said: None, blobs: list[bytes]) -> Iterator[Answer]:
    """Read a picture in the process for it: say what it is, or why it is none that can be used."""
    try:
        picture = read_logo(blobs[0])
    except BadLogo as error:
        yield Answer(error.reason)
    else:
        about = (picture.content_type, picture.width, picture.height)
        yield Answer(about, [picture.content])


def read_logo(content: bytes) -> Picture:
    """Return the picture. Raises BadLogo."""
    if len(content) > MAX_BYTES:
        raise BadLogo(TOO_BIG)
    readers = ((_PNG, _png), (b"\xff\xd8\xff", _jpeg), (b"RIFF", _webp))
    reader = next((read for start, read in readers if content.startswith(start)), None)
    if reader is None:
        raise BadLogo(UNREADABLE)
    try:
        picture = reader(content)
    except (struct.error, IndexError, zlib.error) as error:
        raise BadLogo(UNREADABLE) from error
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in (picture.width, picture.height)):
        raise BadLogo(TOO_WIDE)
    return picture


def _png(content: bytes) -> Picture:
    kept, kinds, pixels = [_PNG], [], b""
    for kind, data in _png_chunks(content):
        kinds.append(kind)
        if kind == b"acTL":
            raise BadLogo(MOVING)
        if kind in _PNG_KEPT:
            checked = struct.pack(">I", zlib.crc32(kind + data))
            kept.append(struct.pack(">I", len(data)) + kind + data + checked)
        if kind == b"IDAT":
            pixels += data
    if kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"]:
        raise BadLogo(UNREADABLE)
    width, height = struct.unpack_from(">II", content, 16)
    if max(width, height) <= MAX_SIDE and not _inflates(pixels):
        raise BadLogo(UNREADABLE)
    return Picture(b"".join(kept), "image/png", width, height)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, kind = len(_PNG), b""
    while kind != b"IEND":
        size, kind = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + size]
        (checked,) = struct.unpack_from(">I", content, place + 8 + size)
        if checked != zlib.crc32(kind + data):
            raise BadLogo(UNREADABLE)
        yield kind, data
        place += size + 12


def _inflates(pixels: bytes) -> bool:
    """Tell whether the pixels are whole, and no more than the largest picture has."""
    reader = zlib.decompressobj()
    reader.decompress(pixels, MAX_SIDE * (MAX_SIDE * 8 + 1))
    return reader.eof


def _jpeg(content: bytes) -> Picture:
    kept, size = [b"\xff\xd8"], (0, 0)
    for marker, segment in _jpeg_segments(content):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", segment, 5)
            size = (width, height)
        if marker in _JPEG_KEPT:
            kept.append(segment)
    return Picture(b"".join([*kept, b"\xff\xd9"]), "image/jpeg", *size)


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment; that of a scan holds what was scanned."""
    place = 2
    while content[place : place + 2] != b"\xff\xd9":
        start, marker, size = struct.unpack_from(">BBH", content, place)
        if start != 0xFF or marker < 0xC0:
            raise BadLogo(UNREADABLE)
        end = place + 2 + size
        if marker == 0xDA:
            end = _end_of_scan(content, end)
        if end > len(content):
            raise BadLogo(UNREADABLE)
        yield marker, content[place:end]
        place = end


def _end_of_scan(content: bytes, place: int) -> int:
    while True:
        place = content.find(b"\xff", place)
        if place < 0:
            raise BadLogo(UNREADABLE)
        if content[place + 1] not in _RESTARTS:
            return place
        place += 2


def _webp(content: bytes) -> Picture:
    (size,) = struct.unpack_from("<I", content, 4)
    if content[8:12] != b"WEBP" or size + 8 > len(content):
        raise BadLogo(UNREADABLE)
    chunks = dict(_webp_chunks(content[12 : size + 8]))
    if b"ANIM" in chunks:
        raise BadLogo(MOVING)
    for kind, sides in ((b"VP8 ", _lossy), (b"VP8L", _lossless)):
        if kind in chunks and b"ALPH" not in chunks:
            body = _webp_chunk(kind, chunks[kind])
            whole = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
            return Picture(whole, "image/webp", *sides(chunks[kind]))
    raise BadLogo(UNREADABLE)


def _webp_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(body):
        kind, size = struct.unpack_from("<4sI", body, place)
        if place + 8 + size > len(body):
            raise BadLogo(UNREADABLE)
        yield kind, body[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _webp_chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _lossy(data: bytes) -> tuple[int, int]:
    if data[3:6] != b"\x9d\x01\x2a":
        raise BadLogo(UNREADABLE)
    width, height = struct.unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF


def _lossless(data: bytes) -> tuple[int, int]:
    if data[0] != 0x2F:
        raise BadLogo(UNREADABLE)
    (bits,) = struct.unpack_from("<I", data, 1)
    return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
