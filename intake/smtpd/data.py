"""Reads the bytes of a mail: in bulk, up to CRLF.CRLF and nothing else (RFC 5321, 4.1.1.4).

A bare LF or CR never ends a mail, so that two servers cannot disagree where it ends.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from intake.smtpd.replies import LINE_TOO_LONG, TOO_BIG, Goodbye, Refused

LINE_BYTES: Final = 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024
PATIENT_TIMES: Final = 3  # so many times the limit is read away for a polite answer

_LINE_END: Final = b"\r\n"
_END: Final = b"\r\n.\r\n"
_DOUBLED: Final = b"\r\n."
_KEEP: Final = len(_END) - 1  # the end may be cut in two by the network
_FEW: Final = 32  # dots; where there are more, `find` itself is faster
_ALL: Final = 2**30


async def read_data(
    reader: asyncio.StreamReader, limit: int, on_progress: Callable[[], None]
) -> AsyncIterator[bytes]:
    """Yield a mail in pieces of some 1 MiB; what follows its end stays in the reader.

    Never holds more than a piece. What was yielded is a mail only when nothing is raised behind
    it: Refused (too big, once its end was seen), Goodbye (far too big, no end in sight), or
    IncompleteReadError when the connection ends.
    """
    # In front are always two bytes that were passed on: they show where a line begins.
    data, passed = bytearray(_LINE_END), 0
    while True:
        chunk = await reader.read(_ALL)  # takes all there is, so that the rest can be put back
        if not chunk:
            raise asyncio.IncompleteReadError(b"", None)
        on_progress()
        start = max(0, len(data) - _KEEP)
        data += chunk
        end = _find(data, _END, start, len(data))
        if end >= 0:
            break
        if len(data) > PIECE_BYTES:
            ready = len(data) - _KEEP
            passed += ready - len(_LINE_END)
            if passed <= limit:
                yield _without_dots(data, ready)
            del data[: ready - len(_LINE_END)]
        if passed > limit * (1 + PATIENT_TIMES):
            raise Goodbye(TOO_BIG, limit=limit)
    _put_back(reader, bytes(data[end + len(_END) :]))
    if passed + end > limit:
        raise Refused(TOO_BIG, limit=limit)
    yield _without_dots(data, end + len(_LINE_END))


def _put_back(reader: asyncio.StreamReader, rest: bytes) -> None:
    if rest and not reader.at_eof():
        reader.feed_data(rest)


def _without_dots(data: bytearray, end: int) -> bytes:
    """Return what is new up to there, without the dots that a client doubles (RFC 5321, 4.5.2)."""
    if _find(data, _DOUBLED, 0, end) >= 0:
        return bytes(data[:end].replace(_DOUBLED, _LINE_END)[len(_LINE_END) :])
    with memoryview(data) as view:
        return bytes(view[len(_LINE_END) : end])  # copied once: it may be large


def _find(data: bytearray, wanted: bytes, start: int, end: int) -> int:
    """Return what `data.find` does, of bytes of which the third is a dot.

    Large mails are base64, which has no dot; one byte is found ten times as fast as three.
    """
    dot = start + len(_LINE_END)
    for _ in range(_FEW):
        dot = data.find(b".", dot, end)
        if dot < 0:
            return -1
        at = dot - len(_LINE_END)
        if data.startswith(wanted, at, end):
            return at
        dot += 1
    return data.find(wanted, dot - len(_LINE_END), end)


class LineGauge:
    """Finds a line that is longer than 1 MiB in a mail that comes in pieces."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._open = 0  # bytes of the line that goes on in the next piece
        self._too_long = False

    def measure(self, piece: bytes) -> None:
        """Look at the next piece, at few places only."""
        start = -self._open
        while start + LINE_BYTES < len(piece):
            end = piece.rfind(b"\n", max(start, 0), start + LINE_BYTES)
            if end < 0:
                self._too_long = True
                return
            start = end + 1
        newest = piece.rfind(b"\n")
        self._open = len(piece) - (start if newest < 0 else newest + 1)

    def require_short_lines(self) -> None:
        """Raise Refused when there was such a line."""
        if self._too_long:
            raise Refused(LINE_TOO_LONG)
