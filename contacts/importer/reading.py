"""Has a file of contacts read by a process of its own, within bounds (`flow.reader`)."""

import io
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain
from typing import Any, BinaryIO, Final

from contacts.importer.errors import Unreadable
from contacts.importer.tables import MAX_BYTES, Table
from flow.reader import Answer, Body, Bounds, TooComplex, ask_all

TOO_COMPLEX: Final = "too_complex"
READ: Final = "contacts.importer.files:answers"

_GIGABYTE: Final = 1 << 30
_PIECE: Final = 1 << 20
A_LOOK: Final = Bounds(processor=10, seconds=30, memory=_GIGABYTE, output=16 << 20)
"""For the columns and the first rows, while somebody waits."""
ALL_OF_IT: Final = Bounds(
    processor=15, seconds=60, memory=_GIGABYTE, output=256 << 20, processor_in_all=900
)
_OUTPUT_PER_BYTE: Final = 8  # JSON writes a letter with an accent as six


def open_table(file: BinaryIO, bounds: Bounds | None = None, most_rows: int | None = None) -> Table:
    """Return what is in the file. Raises Unreadable and ReaderAway, also while rows are read."""
    size = file.seek(0, io.SEEK_END)
    return open_pieces(size, lambda: _pieces(file), bounds, most_rows)


def open_pieces(
    size: int,
    pieces: Callable[[], Iterable[bytes]],
    bounds: Bounds | None = None,
    most_rows: int | None = None,
) -> Table:
    """Return what is in a file that comes in pieces, as `open_table` does; none of it is kept.

    `pieces` begins at the first one each time: another process may have to read them again.
    """
    if size > MAX_BYTES:
        raise Unreadable("too_big")
    bounds = bounds or ALL_OF_IT
    bounds = replace(
        bounds, memory=bounds.memory + size, output=bounds.output + _OUTPUT_PER_BYTE * size
    )
    heard = _heard(ask_all(READ, most_rows, Body((size,), pieces), bounds))
    about = next(heard)
    return Table(**about, rows=chain.from_iterable(heard), size=size)


def _heard(found: Generator[Answer, None, None]) -> Iterator[Any]:
    """Yield what is said. Raises Unreadable, once nobody reads any more."""
    said: Any = None
    try:
        with closing(found):
            for answer in found:
                said = answer.said
                yield from () if isinstance(said, str) else (said,)
    except TooComplex as error:
        raise Unreadable(TOO_COMPLEX) from error
    if isinstance(said, str):
        raise Unreadable(said)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(_PIECE), b"")
