"""Where one person ends and the next begins in a list. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from drafts.paste.names import may_be_name
from drafts.paste.naming import BY_ADDRESS, BY_NAME, Naming
from drafts.paste.numbers import find_numbers, mask
from drafts.paste.pieces import Piece, read


def cut(lines: Sequence[Piece], naming: Naming, region: str) -> Iterable[Piece]:
    """Return what a paragraph holds: rows with a person each, a signature, or names and numbers.

    A line with a number and words of its own is a row; then the others are no part of it.
    """
    lines = [line for line in lines if not line.empty]
    if len(lines) < 2 or any(line.has_who and (line.mobiles or line.bare) for line in lines):
        return [piece for line in lines for piece in _people_of(line, naming, region)]
    if not any(line.has_who for line in lines):
        return lines
    whole = read("\n".join(line.text for line in lines), region)
    if len({*whole.mobiles, *whole.bare}) == 1 or (not whole.mobiles and len(whole.others) == 1):
        return [whole] if _is_one_persons(whole, lines, naming) else lines
    return _alike(lines, region) or _in_turn(_kinds(lines), naming, region) or lines


def _people_of(line: Piece, naming: Naming, region: str) -> Sequence[Piece]:
    """Cut a line that names several people, where that can be done in one way only."""
    if len(line.mobiles) < 2 or naming.named(line).only is not None:
        return [line]
    apart = _apart(line.text, region)
    return apart or _in_turn(_parts(line.text, region), naming, region) or [line]


def _apart(text: str, region: str) -> list[Piece]:
    """Cut a line where semicolons or strokes stand between people, each with a name."""
    for mark in (";", " / ", "|"):
        parts = [read(part.strip(), region) for part in text.split(mark) if part.strip()]
        if len(parts) > 1 and parts[0].mobiles and all(map(_is_somebody, parts)):
            return parts
    return []


def _is_somebody(part: Piece) -> bool:
    names = len(part.words.whole) + len(part.words.short)
    return part.has_who if len(part.mobiles) == 1 else not part.has_number and names > 1


def _alike(lines: Sequence[Piece], region: str) -> list[Piece]:
    """Cut lines that are the same again for each person: name, address, number, name, address …"""
    kinds = [
        (bool(each.mobiles), bool(each.others), bool(each.addresses), bool(each.words))
        for each in lines
    ]
    count = sum(kind[0] for kind in kinds)
    size = len(lines) // count if count else 0
    if (
        size < 2
        or len(lines) % count
        or any(kind != kinds[at % size] for at, kind in enumerate(kinds))
    ):
        return []
    texts = [line.text for line in lines]
    return [read("\n".join(texts[at : at + size]), region) for at in range(0, len(lines), size)]


def _kinds(lines: Iterable[Piece]) -> Iterator[tuple[bool, Piece]]:
    for line in lines:
        if line.has_who or line.mobiles:
            yield bool(line.mobiles), line


def _parts(text: str, region: str) -> Iterator[tuple[bool, Piece]]:
    """Yield the mobile numbers of a line, and what stands between them that may be a name."""
    at = 0
    ends = [number for number in find_numbers(mask(text), region) if number.e164]
    for number in ends:
        before = read(text[at : number.start], region)
        if before.has_who:
            yield False, before
        yield True, read(number.typed, region)
        at = number.end
    after = read(text[at:], region)
    if after.has_who:
        yield False, after


def _in_turn(parts: Iterable[tuple[bool, Piece]], naming: Naming, region: str) -> list[Piece]:
    """Put names to numbers where they take turns from the first to the last; else nothing.

    A part that may hold somebody else's name as well is no recipient's.
    """
    runs = [
        (is_number, [piece.text.strip(" ,;|\t") for _, piece in run])
        for is_number, run in groupby(parts, key=lambda part: part[0])
    ]
    numbers = [run for is_number, run in runs if is_number]
    if len(runs) != 2 * len(numbers) or any(len(run) > 1 for run in numbers):
        return []
    pieces: list[Piece] = []
    for at in range(0, len(runs), 2):
        texts = [*runs[at][1], *runs[at + 1][1]]
        whole, lines = read("\n".join(texts), region), [read(text, region) for text in texts]
        pieces += [whole] if _is_sure(whole, lines, naming) else lines
    return pieces


def _is_sure(whole: Piece, parts: Sequence[Piece], naming: Naming) -> bool:
    """Tell whether what was cut out names one recipient, once, and nobody else."""
    only = naming.named(whole).only
    return (
        only is not None
        and len(whole.mobiles) == 1
        and not naming.strange(whole, only)
        and not naming.is_twice(whole, only)
        and sum(naming.touches(part, only) for part in parts) <= 1
    )


def _is_one_persons(whole: Piece, lines: Sequence[Piece], naming: Naming) -> bool:
    """Tell whether several lines are one recipient's: a signature.

    A line that is nothing of theirs may be the name of somebody else, whose number this is. Only
    in a signature (name, what they do, "M 06…", address, where they work) it is not.
    """
    named = naming.named(whole)
    if named.only is None:
        return False
    if named.how == BY_ADDRESS and sum(bool(line.words) for line in lines) == 1:
        return True
    if sum(naming.touches(line, named.only) for line in lines) > 1:
        return False
    strange = [at for at, line in enumerate(lines) if naming.strange(line, named.only)]
    if named.how == BY_NAME:
        strange = [at for at in strange if _may_be_others(lines[at], named.only, naming)]
    details = [at for at, line in enumerate(lines) if line.has_number or line.addresses]
    labelled = any(line.mobiles and re.search(r"[^\W\d_]", line.text) for line in lines)
    is_signature = named.how == BY_ADDRESS and labelled and naming.touches(lines[0], named.only)
    return not strange or (
        is_signature and all(not details[0] < at < details[-1] for at in strange)
    )


def _may_be_others(line: Piece, key: int, naming: Naming) -> bool:
    """Tell whether a line may name somebody else: no town, no second given name of theirs."""
    more = len(naming.strange(line, key)) > 1 or not naming.touches(line, key)
    return more and may_be_name(line.text)
