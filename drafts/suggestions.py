"""What could be offered for a recipient that needs something, best first. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

COLLEAGUE, EARLIER, IN_TEXT, SIMILAR = "colleague", "earlier", "in_text", "similar"
DIFFERS = "differs"
MAX_OFFERS = 3
MAX_DISTANCE = 2
MAX_UNLIKE = 40  # two slips far apart in an address leave no more than this between them

_LANES, _LANE = 41, 8  # bits for so many letters, so many times each


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A number (E.164) to use, or (SIMILAR) an address to send to instead; never preselected."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known: numbers by address, and the addresses in the books."""

    colleagues: Mapping[str, Sequence[str]] = field(default_factory=dict)
    earlier: Mapping[str, Sequence[str]] = field(default_factory=dict)
    in_text: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known_addresses: Sequence[str] = ()


def suggest(address: str, facts: Facts) -> list[Suggestion]:
    """Return the offers for a recipient: each number once, at most three."""
    offers = [
        *_numbers(COLLEAGUE, facts.colleagues.get(address, ())),
        *_numbers(EARLIER, facts.earlier.get(address, ())),
        *[
            Suggestion(SIMILAR, other)
            for other in similar(address, _beginning_like(address, facts))
        ],
        *_numbers(IN_TEXT, facts.in_text.get(address, ())),
    ]
    by_value = {offer.value: offer for offer in reversed(offers)}
    return [offer for offer in offers if by_value[offer.value] is offer][:MAX_OFFERS]


def _beginning_like(address: str, facts: Facts) -> list[str]:
    """Return the known addresses with the same first letter: on a long page, few of very many."""
    return [other for other in facts.known_addresses if other[:1] == address[:1]]


def similar(address: str, known: Iterable[str]) -> list[str]:
    """Return known addresses that differ by a slip or two of the keyboard, nearest first."""
    letters = _letters(address)
    likely = {other for other in known if other != address and _may_be(letters, _letters(other))}
    near = [(distance(address, other), other) for other in likely]
    return [other for slips, other in sorted(near) if slips <= MAX_DISTANCE]


def distance(one: str, other: str) -> int:
    """Return how many letters were changed, left out, added or swapped, 3 for "many".

    Optimal string alignment; what both begin and end with is cut off first, and it stops where
    the count is of no interest any more.
    """
    one, other = _unlike(one, other)
    if abs(len(one) - len(other)) > MAX_DISTANCE or max(len(one), len(other)) > MAX_UNLIKE:
        return MAX_DISTANCE + 1
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        current = [i]
        for j, their in enumerate(other, start=1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (letter != their))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == their:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return min(row[-1], MAX_DISTANCE + 1)


def _may_be(one: int, other: int) -> bool:
    """Tell whether so few slips could make one of the other, by the letters that they hold."""
    lost, gained = (one & ~other).bit_count(), (other & ~one).bit_count()
    return max(lost, gained) <= MAX_DISTANCE


@lru_cache(maxsize=1024)
def _letters(text: str) -> int:
    """Return the letters of a text, and how often each, as bits: a slip takes or adds one."""
    bits = 0
    for letter, count in Counter(text).items():
        bits |= ((1 << min(count, _LANE)) - 1) << (ord(letter) % _LANES * _LANE)
    return bits


def _unlike(one: str, other: str) -> tuple[str, str]:
    """Return what is left of two texts without what both begin and end with."""
    start = _alike(one, other)
    one, other = one[start:], other[start:]
    end = _alike(one[::-1], other[::-1])
    return (one[:-end], other[:-end]) if end else (one, other)


def _alike(one: str, other: str) -> int:
    """Return with how many equal letters two texts begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _numbers(kind: str, numbers: Iterable[str]) -> Iterable[Suggestion]:
    return (Suggestion(kind, number) for number in dict.fromkeys(numbers))
