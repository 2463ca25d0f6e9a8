"""Reads the bytes of a mail: in bulk, up to CRLF.CRLF and nothing else (RFC 5321, 4.1.1.4).

A bare LF or CR never ends a mail, so that two servers cannot disagree where it ends.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from intake.smtpd.replies import LINE_TOO_LONG, TOO_BIG, Goodbye, Refused

LINE_BYTES: Final = 1024 * 1024
PATIENT_TIMES: Final = 3  # so many times the limit is read away for a polite answer

_END: Final = b"\r\n.\r\n"
_KEEP: Final = len(_END) - 1  # the end may be cut in two by the network
_ALL: Final = 2**30


async def read_data(
    reader: asyncio.StreamReader, limit: int, on_progress: Callable[[], None]
) -> bytes:
    """Return a mail as it was sent, dots still doubled; what follows its end stays in the reader.

    Never holds much more than `limit` bytes. Raises Refused (too big, once its end was seen),
    Goodbye (far too big, no end in sight), and IncompleteReadError when the connection ends.
    """
    data, dropped = bytearray(b"\r\n"), 0
    while True:
        chunk = await reader.read(_ALL)  # takes all there is, so that the rest can be put back
        if not chunk:
            raise asyncio.IncompleteReadError(b"", None)
        on_progress()
        start = max(0, len(data) - _KEEP)
        data += chunk
        end = data.find(_END, start)
        if end >= 0:
            break
        if len(data) > limit + len(_END):
            dropped += len(data) - _KEEP
            del data[:-_KEEP]
        if dropped > limit * PATIENT_TIMES:
            raise Goodbye(TOO_BIG, limit=limit)
    rest = bytes(data[end + len(_END) :])
    if rest and not reader.at_eof():
        reader.feed_data(rest)
    if dropped or end > limit:
        raise Refused(TOO_BIG, limit=limit)
    return bytes(memoryview(data)[2 : end + 2])


def without_dots(sent: bytes) -> bytes:
    """Return the mail without the dots that a client doubles (RFC 5321, 4.5.2)."""
    return sent.removeprefix(b".").replace(b"\r\n.", b"\r\n")


def require_short_lines(mail: bytes) -> None:
    """Raise Refused for a line that is longer than 1 MiB; looks at few places only."""
    start = 0
    while start + LINE_BYTES < len(mail):
        end = mail.rfind(b"\n", start, start + LINE_BYTES)
        if end < 0:
            raise Refused(LINE_TOO_LONG)
        start = end + 1
