"""Has HTML of a mail made safe by a process of its own, within bounds (`flow.reader`)."""

from collections.abc import Iterator, Sequence
from typing import Final

from delivery.sanitizer import REFUSED, Shown, TooDeepError, clean, read_shown
from flow.reader import Answer, Body, Bounds, ReaderAway, TooComplex, ask

CLEAN: Final = "delivery.reading:answers"
BOUNDS: Final = Bounds(processor=5, seconds=20, memory=512 << 20, output=64 << 20)


def made_safe(html: str) -> Shown:
    """Return what can be shown of the HTML; too much of it is refused. Raises ReaderAway."""
    try:
        answer = ask(CLEAN, html, Body(), BOUNDS)
    except TooComplex:
        return REFUSED
    return read_shown(answer.blobs[0])


def shown_now(html: str | None) -> Shown:
    """Return what can be shown of HTML of which nothing was kept; refused while nobody can read."""
    try:
        return made_safe(html) if html else Shown()
    except ReaderAway:
        return REFUSED


def shown(html: str) -> Shown:
    """Return what can be shown of the HTML: for the process that reads mails."""
    try:
        return clean(html)
    except TooDeepError:
        return REFUSED


def answers(html: str, _blobs: Sequence[bytes]) -> Iterator[Answer]:
    """Make HTML safe in the process for it."""
    yield Answer(None, [shown(html).to_bytes()])
