"""Opens a file of contacts: finds out its kind, encoding and separator; keeps hold of its size.

For the process that reads strangers' bytes: nothing else imports this, nor what it reads with.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from contacts.importer import cards, columns, sheets
from contacts.importer.errors import Unreadable
from contacts.importer.tables import MAX_BYTES, MAX_COLUMNS, MAX_LINE, Table
from flow.reader_child import Answer

TOGETHER, TOGETHER_CHARACTERS = 500, 200_000  # rows of an answer, and how long they may be
_CHUNK = 1 << 20
_DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def answers(most_rows: int | None, blobs: list[bytes]) -> Iterator[Answer]:
    """Read a file in the process for it: say what it is, then its rows; or why it is unreadable."""
    try:
        table = open_table(io.BytesIO(blobs.pop()))
        _length(table.header)
        yield Answer({
            "kind": table.kind,
            "encoding": table.encoding,
            "delimiter": table.delimiter,
            "header": list(table.header),
            "roles": table.roles,
        })  # fmt: skip
        yield from map(Answer, _batches(islice(table.rows, most_rows)))
    except Unreadable as error:
        yield Answer(error.reason)


def _batches(rows: Iterable[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    batch: list[Sequence[str]] = []
    characters = 0
    for row in rows:
        cells = row[:MAX_COLUMNS]
        characters += _length(cells)
        batch.append(cells)
        if len(batch) == TOGETHER or characters > TOGETHER_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _length(cells: Sequence[str]) -> int:
    """Return how many characters a row has. Raises Unreadable for one that has too many."""
    length = sum(map(len, cells))
    if length > MAX_LINE:
        raise Unreadable("line_too_long")
    return length


def open_table(file: BinaryIO) -> Table:
    """Return what is in the file. Raises Unreadable, also while its rows are read."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise Unreadable("too_big")
    file.seek(0)
    start = file.read(4096)
    if not start.strip():
        raise Unreadable("empty")
    if start.startswith(b"PK"):
        return _sheet(file, size)
    encoding = _encoding(file, start)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    text.seek(0)
    head = text.read(2000)
    text.seek(0)
    if head.lstrip("\ufeff \r\n\t").upper().startswith("BEGIN:VCARD"):
        return _cards(text, encoding, size)
    return _csv(text, encoding, size)


def _sheet(file: BinaryIO, size: int) -> Table:
    try:
        rows = sheets.read_rows(file)
    except zipfile.BadZipFile as error:
        raise Unreadable("no_workbook") from error
    header = next(rows, None)
    return _table("xlsx", "", "", header, rows, size)


def _cards(text: io.TextIOWrapper, encoding: str, size: int) -> Table:
    lines = _lines(text, cards.MAX_LINE)
    return Table(
        "vcard", encoding, "", cards.HEADER, list(cards.ROLES), cards.read_rows(lines), size
    )


def _csv(text: io.TextIOWrapper, encoding: str, size: int) -> Table:
    first = _first_line(text)
    delimiter = _delimiter(first)
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        delimiter = first.strip()[-1]
    else:
        text.seek(0)
    rows = _csv_rows(text, delimiter)
    header = next(rows, None)
    return _table("csv", encoding, delimiter, header, rows, size)


def _table(
    kind: str,
    encoding: str,
    delimiter: str,
    header: Sequence[str] | None,
    rows: Iterator[Sequence[str]],
    size: int,
) -> Table:
    if header is None:
        raise Unreadable("empty")
    if len(header) > MAX_COLUMNS:
        raise Unreadable("too_many_columns")
    roles = columns.guess_roles(header)
    if columns.EMAIL not in roles and not columns.is_header(header):
        roles, first = columns.guess_by_content(header), header
        header = [str(number) for number, _cell in enumerate(first, 1)]
        rows = _before(first, rows)
    if len(header) == 1 and columns.EMAIL not in roles:
        raise Unreadable("no_table")
    return Table(kind, encoding, delimiter, header, roles, rows, size)


def _before(first: Sequence[str], rest: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield first
    yield from rest


def _encoding(file: BinaryIO, start: bytes) -> str:
    """Return the encoding of a text; reads all of it, a piece at a time."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable("encoding")
    for bom, name in _BOMS:
        if start.startswith(bom):
            return name
    if start[1::2].count(0) > len(start) // 3:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 3:
        return "utf-16-be"
    return _eight_bit_encoding(file)


def _eight_bit_encoding(file: BinaryIO) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8 = True
    file.seek(0)
    while chunk := file.read(_CHUNK):
        if b"\0" in chunk:
            raise Unreadable("binary")
        try:
            utf8 = utf8 and decoder.decode(chunk) is not None
        except UnicodeDecodeError:
            utf8 = False
    file.seek(0)
    return "utf-8" if utf8 else "cp1252"


def _first_line(text: io.TextIOWrapper) -> str:
    line = ""
    while not line.strip():
        line = text.readline(MAX_LINE)
        if not line:
            raise Unreadable("empty")
    return line.lstrip("\ufeff").split("\r")[0]


def _delimiter(line: str) -> str:
    """Return the separator under which the first line names the most columns that we know."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return sum(role != "" for role in columns.guess_roles(cells)), len(cells)

    return max(_DELIMITERS, key=known)


def _csv_rows(text: io.TextIOWrapper, delimiter: str) -> Iterator[Sequence[str]]:
    reader = csv.reader(_lines(text, MAX_LINE), delimiter=delimiter)
    try:
        for cells in reader:
            if "".join(cells).strip():
                yield cells
    except csv.Error as error:
        raise Unreadable("broken_csv") from error


def _lines(text: io.TextIOWrapper, limit: int) -> Iterator[str]:
    """Yield the lines, which end in CR, LF or both. Raises Unreadable for one without an end."""
    rest = ""
    for piece in iter(lambda: text.readline(limit), ""):
        if len(piece) == limit and piece[-1] not in "\r\n":
            rest = _too_long(rest, piece)
            continue
        yield rest + piece
        rest = ""
    if rest:
        yield rest


def _too_long(rest: str, piece: str) -> str:
    if rest:
        raise Unreadable("line_too_long")
    return piece
