"""The pieces of a pasted list: lines, rows of a spreadsheet, paragraphs. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from addresses.mail import AddressError, normalize_address
from addresses.text import strip_for_domain
from drafts.paste.names import Words, read_words
from drafts.paste.numbers import Number, bare_number, find_numbers, mask

MAX_LENGTH = 20_000

# It begins where a word begins, so that a long word is read once.
_ADDRESS = re.compile(r"(?<![^\s<>()\[\],;:|\"'])[^\s<>()\[\],;:|\"']+@[^\s<>()\[\],;:|\"']+")
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
_QUOTED = re.compile(r'(?<![^\t;,\n])"((?:[^"]|"")*)"(?![^\t;,\n])')
_CELLS = re.compile(r"[\t;|,\n\x00]+")
CELL_ENDS = re.compile(r"[\t;|\n]")
_LOOSE_ENDS = (re.compile(r" {2,}| [-/] |: "), re.compile(r", *"))
_CODE = re.compile(r"[1-9]\d{8}")
_SEEN_AS = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\uff0b": "+", "\x00": " "}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the list that may be about one person.

    `mobiles` are the different mobile numbers in it (E.164), `others` the numbers that get no SMS.
    `bare` are those that a spreadsheet may have taken the 0 of: alone in a cell. `has_code` tells
    whether the list has other numbers that look like these.
    """

    text: str
    mobiles: tuple[str, ...]
    others: tuple[Number, ...]
    bare: tuple[str, ...]
    addresses: frozenset[str]
    words: Words
    has_code: bool

    @property
    def has_number(self) -> bool:
        """Whether there is a number in it, of whatever kind."""
        return bool(self.mobiles or self.others or self.bare)

    @property
    def has_who(self) -> bool:
        """Whether anything in it could say whose it is."""
        return bool(self.words or self.addresses)

    @property
    def empty(self) -> bool:
        """Whether it says nothing of anybody: column heads, a rule, a counter."""
        return not (self.has_number or self.has_who)


def visible(text: str) -> str:
    """Return the text as it is seen: without what is invisible, with plain blanks and dashes."""
    seen = strip_for_domain(unicodedata.normalize("NFC", text))
    lines = _LINE_ENDS.sub("\n", seen).translate(_SEEN_AS)
    return "".join(
        each for each in lines if each in "\n\t" or unicodedata.category(each) not in {"Cc", "Cs"}
    )


def blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each paragraph; a quoted cell of a spreadsheet is no end of a line."""
    rows = _QUOTED.sub(lambda cell: _one_line(cell[1]), text)
    for block in _BLANK_LINES.split(rows):
        lines = [line.strip(" ") for line in block.split("\n") if line.strip()]
        if lines:
            yield lines


def read(text: str, region: str) -> Piece:
    """Return what a piece of the list says."""
    addresses = frozenset(_normalized(_ADDRESS.findall(text)))
    rest = mask(_ADDRESS.sub(lambda found: "\x00" * len(found[0]), text))
    numbers = find_numbers(rest, region)
    for number in numbers:
        blank = "\x00" * len(number.typed)
        rest = f"{rest[: number.start]}{blank}{rest[number.end :]}"
    mobiles = _different(each.e164 for each in numbers)
    cells = {cell.strip(): bare_number(cell.strip(), region) for cell in _CELLS.split(rest)}
    bare = _different(cells.values())
    left_over = [cell for cell, number in cells.items() if not number]
    codes = any(map(_CODE.fullmatch, left_over))
    return Piece(
        text,
        mobiles,
        tuple(each for each in numbers if not each.e164),
        bare,
        addresses,
        read_words("\t".join(split_cells(rest))),
        has_code=bool(codes or len(bare) > 1 or (bare and mobiles)),
    )


def split_cells(row: str) -> list[str]:
    """Return the cells of a row; several dashes, strokes, colons or blanks part them as well."""
    if CELL_ENDS.search(row):
        return CELL_ENDS.split(row)
    parted = (ends.split(row) for ends in _LOOSE_ENDS)
    return next((cells for cells in parted if len(cells) > 2), [row])


def _different(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, numbers)))


def _one_line(cell: str) -> str:
    return re.sub(r"\s*[\n\t]\s*", ", ", cell.replace('""', '"').strip())


def _normalized(addresses: Iterable[str]) -> Iterable[str]:
    for address in addresses:
        try:
            yield normalize_address(address.rstrip("."))
        except AddressError:
            continue
