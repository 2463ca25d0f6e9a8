"""Which recipients a piece of a list names, by address or by name. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from drafts.paste.names import (
    FULL,
    NOT,
    PARTLY,
    Known,
    Words,
    fit,
    is_titled,
    is_whole,
    known_as,
    may_be_name,
    may_mean,
    read_words,
)
from drafts.paste.pieces import CELL_ENDS, Piece, split_cells, visible
from drafts.paste.words import RELATIVES

BY_ADDRESS, BY_NAME = "address", "name"

_BETWEEN_NUMBERS = re.compile(r"(?<!\W)\W*\d[\d\W]{5,}\d\W*| [-/] |: ")
_NO_WORDS = re.compile(r"(?<!\S)\S*@\S*|\d+")
_LOWER = re.compile(  # a remark; the word before a maiden name is none
    r"(?<![\w'-])(?!(?:geb|geboren|nee|gesch|gescheiden|wed|weduwe)\b)[a-zß-ÿ]{2,}(?![\w'-])"
)
_MOBILE = re.compile(r"(?:\d\W{0,3}){9}")


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient; also who needs no number is one that a list can mean."""

    key: int
    address: str
    name: str
    needs: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a piece names, by what, and whether by their whole name or their address."""

    keys: list[int]
    how: str
    wholly: bool = False

    @property
    def only(self) -> int | None:
        """The one whom it names, None if that is not sure."""
        return self.keys[0] if len(self.keys) == 1 else None


def _words_of(text: str) -> Words:
    return read_words(_NO_WORDS.sub("\x00", text))


def _may_name(words: Words, starts: tuple[str, ...]) -> bool:
    return bool(words.short or words.sex) or any(word.startswith(starts) for word in words.whole)


def _says_all(cells: Sequence[str], known: Known) -> bool:
    """Tell whether the cells hold the whole name, or one cell a title and the surname."""
    words = _words_of("\t".join(cells))
    titled = len(cells) == 1 and is_titled(cells[0]) and not words.short
    return fit(words, known) >= (PARTLY if titled else FULL)


class Naming:
    """The recipients, to be found by what a list calls them."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people
        self._by_address = {person.address: person.key for person in people}

    @cached_property
    def _known(self) -> dict[int, Known]:
        return {each.key: known_as(visible(each.name), each.address) for each in self._people}

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for key, known in self._known.items():
            for word in known.spellings:
                found[word].append(key)
        return found

    def named(self, piece: Piece) -> Named:
        """Return whom it names as surely as anybody: one, or it is not sure."""
        named = self._named(piece)
        others = self.is_of_relatives(piece)
        if others and not all(self._is_called_so(piece, key) for key in named.keys):
            return Named([], BY_NAME)
        return named

    def _named(self, piece: Piece) -> Named:
        owners = [self._by_address[each] for each in piece.addresses if each in self._by_address]
        fits = self._fits(piece)
        if piece.addresses:
            keys = self._with_owners(piece, owners, fits) if owners else []
            return Named(keys, BY_ADDRESS, wholly=True)
        best = max(fits.values(), default=NOT)
        likely = [key for key, level in fits.items() if level == best]
        if best == FULL and len(likely) == 1:
            likely = [*likely, *self._hinted(piece, likely[0])]
            shared = self._is_shared(piece, likely[0]) and not self._has_cells(piece, likely[0])
            likely = [] if shared else likely
        is_line = not re.search(r"[\t\n|]", piece.text)  # a row may have a column for each form
        likely = [] if is_line and any(self.is_twice(piece, key) for key in likely) else likely
        return Named(likely, BY_NAME, wholly=best >= FULL)

    @staticmethod
    def is_of_relatives(piece: Piece) -> bool:
        """Tell whether its number may be somebody's daughter's."""
        return not RELATIVES.isdisjoint(piece.words.whole)

    def _is_called_so(self, piece: Piece, key: int) -> bool:
        """Tell whether a word like "guardian" is a recipient's own name: Piet de Voogd."""
        cells = [cell & RELATIVES for cell in piece.words.cells if not cell.isdisjoint(RELATIVES)]
        return len(cells) == 1 and cells[0] <= self._known[key].words

    def strange(self, piece: Piece, key: int) -> set[str]:
        """Return the words and initials that are no part of what a recipient is called."""
        known = self._known[key]
        given = (*known.short, "\x00")
        short = {each for each in piece.words.short if not any(map(each.startswith, given))}
        return {
            word
            for word in piece.words.whole
            if word not in known.spellings and not word.startswith(given)
        } | {each for each in short if not any(word.startswith(each) for word in known.words)}

    def in_part(self, piece: Piece) -> list[int]:
        """Return those whose name is in it, among others."""
        near = {key for word in piece.words.whole for key in self._by_word.get(word, ())}
        return [key for key in near if may_mean(piece.words, self._known[key])]

    def also(self, piece: Piece) -> list[int]:
        """Return those of whom only initials are known, and whose row it may be as well."""
        return [key for key in self.in_part(piece) if self._known[key].short]

    def touches(self, piece: Piece, key: int) -> bool:
        """Tell whether a word of a recipient's name is in it."""
        return not piece.words.whole.isdisjoint(self._known[key].spellings)

    def _fits(self, piece: Piece) -> dict[int, int]:
        near = {key for word in piece.words.whole for key in self._by_word.get(word, ())}
        fits = {key: fit(piece.words, self._known[key]) for key in sorted(near)}
        unknown = [key for key, level in fits.items() if level == NOT]
        fits |= {key: PARTLY for key in unknown if self._has_cells(piece, key)}
        return {key: level for key, level in fits.items() if level != NOT}

    def _has_cells(self, piece: Piece, key: int) -> bool:
        """Tell whether cells of a row hold a whole name, and the others nothing like it: a city."""
        known = self._known[key]
        starts = (*known.short, *(word[0] for word in known.words))
        cells = split_cells(piece.text)
        cells = cells if len(cells) > 1 else _BETWEEN_NUMBERS.split(piece.text)
        own = [cell for cell in cells if not _words_of(cell).whole.isdisjoint(known.spellings)]
        whole = _says_all(own, known)
        remarks = {each for each in cells if each.islower() and not any(map(str.islower, own))}
        likely = [each for each in cells if _may_name(_words_of(each), starts)]
        own = own if whole else [each for each in likely if each not in remarks]
        texts = "\t".join(own), _LOWER.sub(" ", "\t".join(own))
        beside = [cell for cell in cells if cell not in own]
        return (
            len(cells) > 1
            and any(
                fit(words, known) != NOT and (whole or is_whole(words, known))
                for words in map(_words_of, texts)
            )
            and (bool(CELL_ENDS.search(piece.text)) or not any(map(may_be_name, beside)))
            and not self._is_anothers(cells, key)
        )

    def _is_anothers(self, cells: Iterable[str], key: int) -> bool:
        """Tell whether the number stands in a cell with somebody else's name."""
        named = [_words_of(each).whole for each in cells if _MOBILE.search(each)]
        return any(words and words.isdisjoint(self._known[key].spellings) for words in named)

    def _with_owners(self, piece: Piece, owners: list[int], fits: dict[int, int]) -> list[int]:
        """Return the owners of the addresses, and whom the words name beside them."""
        owner, level = owners[0], fits.get(owners[0], NOT)
        words = self._known[owner].words
        others = [
            key
            for key, other in fits.items()
            if key not in owners
            and (other >= FULL or level == NOT)
            and not (level and self._known[key].words <= words)
        ]
        strangers = len(piece.addresses) > len(owners) and level < FULL
        return [] if strangers else [*owners, *others]

    def _is_shared(self, piece: Piece, key: int) -> bool:
        """Tell whether the number may be somebody else's who is named apart: Jan 06… Piet Smit."""
        known = self._known[key].spellings
        if CELL_ENDS.search(piece.text):
            return self._is_anothers(CELL_ENDS.split(piece.text), key)
        apart = [cell for cell in piece.words.cells if cell.isdisjoint(known)]
        beside = any(cell - known.keys() for cell in piece.words.cells if cell not in apart)
        several = len(frozenset().union(*apart)) > 2
        return several or any(len(cell) > 1 for cell in apart) or bool(apart and beside)

    def is_twice(self, piece: Piece, key: int) -> bool:
        """Tell whether a name stands twice: Mrs. Jansen 06… Jansen, Jan."""
        cells = [cell & self._known[key].words for cell in piece.words.cells]
        return sum(map(len, cells)) > len(frozenset().union(*cells))

    def _hinted(self, piece: Piece, key: int) -> Iterable[int]:
        """Return those whom the rest of the words may mean."""
        rest = self.strange(piece, key)
        return sorted({other for word in rest for other in self._by_word.get(word, ())} - {key})
