"""Reads the first sheet of an XLSX workbook, once it is known to unpack to a bearable size."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from contacts.importer.errors import Unreadable

MAX_UNPACKED = 250_000_000
MAX_PARTS = 2000
_CHUNK = 1 << 20


def read_rows(file: BinaryIO) -> Iterator[Sequence[str]]:
    """Yield the rows that are not blank. Raises Unreadable and zipfile.BadZipFile."""
    _measure(file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
        if not book.sheet_names:
            raise Unreadable("no_workbook")
        sheet = book.get_sheet_by_index(0)
    except (CalamineError, ValueError) as error:
        raise Unreadable("no_workbook") from error
    rows = ([_text(cell) for cell in row] for row in sheet.iter_rows())
    return (row for row in rows if any(row))


def _measure(file: BinaryIO) -> None:
    """Unpack every part without keeping it: what the archive says about its sizes may be a lie."""
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if "[Content_Types].xml" not in archive.namelist():
            raise Unreadable("no_workbook")
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise Unreadable("too_big_inside")
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("locked")
        unpacked = 0
        for size in _sizes(archive):
            unpacked += size
            if unpacked > MAX_UNPACKED:
                raise Unreadable("too_big_inside")


def _sizes(archive: zipfile.ZipFile) -> Iterator[int]:
    for part in archive.infolist():
        with archive.open(part) as content:
            while chunk := content.read(_CHUNK):
                yield len(chunk)


def _text(cell: Any) -> str:
    """Return a cell as text; a whole number without its decimal point."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e16:
        return str(int(cell))
    return "" if cell is None else str(cell)
