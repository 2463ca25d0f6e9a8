"""A pasted list of people and numbers: which number belongs to which recipient. Pure."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from drafts.paste.cutting import cut
from drafts.paste.names import read_words
from drafts.paste.naming import BY_ADDRESS, BY_NAME, Named, Naming, Person
from drafts.paste.numbers import UNCLEAR
from drafts.paste.pieces import MAX_LENGTH, Piece, blocks, read, visible

BY_ORDER = "order"
NO_NUMBER, NOBODY, SEVERAL, LATE = "no_number", "nobody", "several", "late"
HAS_ONE, NUMBERS, TOO_LONG = "has_one", "numbers", "list_too_long"
COUNTRY = "country"

__all__ = [
    "BY_ADDRESS", "BY_NAME", "BY_ORDER", "COUNTRY", "HAS_ONE", "Match", "Pasted", "Person",
    "Unmatched", "Wrong", "agreed", "map_list", "without", "without_countries",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """A number (E.164) for a recipient, how it was found, and the text that it stood in."""

    key: int
    number: str
    how: str
    text: str

    @property
    def pair(self) -> str:
        """The recipient and the number, as a page that showed both sends them back."""
        return f"{self.key}:{self.number}"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A number that is somebody's, as it is written, but gets no SMS: a landline, a slip."""

    key: int
    typed: str
    text: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A piece of the list that is for nobody, and the reason code: one of ours or of a number."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was made of the list."""

    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    wrong: tuple[Wrong, ...] = ()


def without(pasted: Pasted, late: Collection[int]) -> Pasted:
    """Return the same, the people left out that somebody else was first with."""
    kept = tuple(match for match in pasted.matches if match.key not in late)
    lost = tuple(Unmatched(each.text, LATE) for each in pasted.matches if each.key in late)
    return Pasted(kept, (*lost, *pasted.unmatched), pasted.wrong)


def without_countries(pasted: Pasted, allows_sms_to: Callable[[str], bool]) -> Pasted:
    """Return the same, the numbers left out that codes by SMS may not go to."""
    kept = tuple(match for match in pasted.matches if allows_sms_to(match.number))
    lost = tuple(Unmatched(each.text, COUNTRY) for each in pasted.matches if each not in kept)
    return Pasted(kept, (*lost, *pasted.unmatched), pasted.wrong)


def agreed(pasted: Pasted, seen: Collection[str]) -> tuple[Pasted, tuple[Match, ...]]:
    """Return what may be kept, and the matches that somebody has to look at first.

    An address is sure. A name may be somebody else's as well, an order may be another one: such a
    match is kept once its `pair` was `seen`.
    """
    sure = [each for each in pasted.matches if each.how == BY_ADDRESS or each.pair in seen]
    unsure = tuple(each for each in pasted.matches if each not in sure)
    return Pasted(tuple(sure), pasted.unmatched, pasted.wrong), unsure


def map_list(text: str, people: Sequence[Person], region: str) -> Pasted:
    """Map a list in any order and with any separator: by address, else by name, else by order.

    What names exactly one recipient and holds exactly one mobile number is a match. By order only
    when the list holds nothing but numbers, as many as people need one. What is unsure is left.
    """
    seen, rest = _cut_off(visible(text))
    naming = Naming(people)
    pieces = [
        piece
        for block in blocks(seen)
        for piece in cut([read(line, region) for line in block], naming, region)
    ]
    pieces = pieces[1:] if pieces and _is_heads(pieces[0], naming) else pieces
    in_order = _by_order(pieces, people)
    found = Pasted(in_order, ()) if in_order else _by_who(pieces, people, naming)
    return Pasted(found.matches, (*found.unmatched, *rest), found.wrong)


def _cut_off(text: str) -> tuple[str, tuple[Unmatched, ...]]:
    """Return no more than is read, up to the end of a line, and the first line of the rest."""
    if len(text) <= MAX_LENGTH:
        return text, ()
    end = text.rfind("\n", 0, MAX_LENGTH) + 1
    return text[:end], (Unmatched(text[end:].partition("\n")[0][:200], TOO_LONG),)


def _is_heads(first: Piece, naming: Naming) -> bool:
    """Tell whether the first row is one of column heads, among them some that we know."""
    cells = [read_words(cell) for cell in re.split(r"[\t;|]", first.text) if cell.strip()]
    return (
        len(cells) > 1
        and not (first.has_number or first.addresses or naming.named(first).keys)
        and not all(cells)
        and not naming.is_of_relatives(first)
    )


def _by_order(pieces: Sequence[Piece], people: Sequence[Person]) -> tuple[Match, ...]:
    """Give the numbers to the people who need one, in order, if the list is nothing else."""
    free = [person for person in people if person.needs]
    numbers = [(number, piece) for piece in pieces for number in piece.mobiles or piece.bare]
    if len(numbers) != len(free) or any(each.has_who or each.others for each in pieces):
        return ()
    return tuple(
        Match(person.key, number, BY_ORDER, piece.text)
        for person, (number, piece) in zip(free, numbers, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """A piece, whom it names, and the mobile numbers that it may mean."""

    piece: Piece
    named: Named
    mobiles: tuple[str, ...]

    @property
    def number(self) -> str:
        """The number that it means, "" if it means none, or it is not sure which or whose."""
        return self.mobiles[0] if len(self.mobiles) == 1 and self.named.only is not None else ""


def _by_who(pieces: Sequence[Piece], people: Sequence[Person], naming: Naming) -> Pasted:
    coded = any(piece.has_code for piece in pieces) or any(
        piece.mobiles for piece in pieces if not piece.bare
    )
    if pieces and _is_of_relatives(pieces[0], naming):
        return Pasted((), tuple(Unmatched(piece.text, NOBODY) for piece in pieces))
    judged = [
        _Judged(piece, naming.named(piece), piece.mobiles or (() if coded else piece.bare))
        for piece in pieces
    ]
    about = _about(judged, naming)
    matches, wrong, used = [], [], []
    for person in people:
        meant = _meant(about[person.key]) if person.needs else None
        if meant is not None and meant.number:
            matches.append(Match(person.key, meant.number, meant.named.how, meant.piece.text))
            used += [each for each in about[person.key] if each.mobiles == meant.mobiles]
        elif meant is not None:
            wrong.append(Wrong(person.key, meant.piece.others[0].typed, meant.piece.text))
            used.append(meant)
    needing = {person.key for person in people if person.needs}
    left = [
        Unmatched(each.piece.text, _reason(each, needing)) for each in judged if each not in used
    ]
    return Pasted(tuple(matches), tuple(left), tuple(wrong))


def _is_of_relatives(first: Piece, naming: Naming) -> bool:
    """Tell whether heads of columns say that the numbers are not the recipients' own."""
    is_row = re.search(r"\d", first.text) or naming.named(first).keys
    return not is_row and naming.is_of_relatives(first)


def _about(judged: Sequence[_Judged], naming: Naming) -> dict[int, list[_Judged]]:
    """Return the pieces that name each recipient, also those that name them among others."""
    about: dict[int, list[_Judged]] = defaultdict(list)
    for each in judged:
        only = each.named.only
        if only is not None:
            about[only].append(each)
        if each.named.how == BY_NAME:
            others = naming.in_part(each.piece) if only is None else naming.also(each.piece)
            unsure = _Judged(each.piece, Named([], BY_NAME, wholly=True), ())
            for key in set(others) - {only}:
                about[key].append(unsure)
    return about


def _meant(about: Sequence[_Judged]) -> _Judged | None:
    """Return the piece that somebody's number stands in, None if it is not sure.

    A whole name or an address is surer than a part of a name. Two rows of one name are two
    people, and one of them may have no number.
    """
    by_address = [each for each in about if each.named.how == BY_ADDRESS]
    wholly = [each for each in about if each.named.wholly]
    likely = [each for each in by_address if each.piece.has_number] or wholly or list(about)
    numbers = {
        each.number for each in (*likely, *wholly) if each.piece.has_number or each in likely
    }
    if len(numbers) != 1 or not likely:
        return None
    first = likely[0]
    others = first.piece.others
    is_wrong = len(likely) == len(others) == 1 and others[0].reason != UNCLEAR
    is_wrong = is_wrong and first.named.only is not None
    return first if first.number or (is_wrong and not first.mobiles) else None


def _reason(judged: _Judged, needing: Collection[int]) -> str:
    piece, keys = judged.piece, judged.named.keys
    if not judged.mobiles:
        return piece.others[0].reason if piece.others else NO_NUMBER
    if len(keys) > 1:
        return SEVERAL
    if not keys:
        return NOBODY
    return NUMBERS if keys[0] in needing else HAS_ONE
