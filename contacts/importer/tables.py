"""A file of contacts as a table, and how large it may be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_BYTES = 500_000_000
MAX_COLUMNS = 500
MAX_LINE = 200_000  # characters


@dataclass(frozen=True)
class Table:
    """A file that can be read: its columns, what they may hold, and its rows, once.

    `rows` yields cells; blank lines are passed over. `size` is the file's, in bytes.
    """

    kind: str  # csv | xlsx | vcard
    encoding: str
    delimiter: str
    header: Sequence[str]
    roles: list[str]
    rows: Iterator[Sequence[str]]
    size: int
