"""A pasted list of people and numbers: which number belongs to which recipient. Pure."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from addresses.mail import AddressError, normalize_address
from addresses.phone import PhoneError, parse_mobile

MAX_LENGTH = 20_000
BY_ADDRESS, BY_NAME, BY_ORDER = "address", "name", "order"
NO_NUMBER, NOBODY, SEVERAL, LATE = "no_number", "nobody", "several", "late"
COUNTRY = "country"

# It begins where a word begins, so that a long word is read once.
_ADDRESS = re.compile(r"(?<![^\s<>()\[\],;:|\"'])[^\s<>()\[\],;:|\"']+@[^\s<>()\[\],;:|\"']+")
_NUMBER = re.compile(r"(?<![\w@.])(?:\+|00)?\(?\d[\d \u00a0().\-/\u2010-\u2014]{6,24}\d(?![\w@])")
_BLANK_LINES = re.compile(r"\n[ \t\u00a0]*\n\s*")
_SMALL_WORDS = {"de", "den", "der", "van", "von", "het", "mr", "mw", "dr", "drs", "dhr", "mevr"}


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient that still needs a number."""

    key: int
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """A number (E.164) for a recipient, how it was found, and the text that it stood in."""

    key: int
    number: str
    how: str
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


def without(pasted: Pasted, late: Collection[int]) -> Pasted:
    """Return the same, the people left out that somebody else was first with."""
    kept = tuple(match for match in pasted.matches if match.key not in late)
    lost = tuple(Unmatched(each.text, LATE) for each in pasted.matches if each.key in late)
    return Pasted(kept, (*lost, *pasted.unmatched))


def without_countries(pasted: Pasted, allows_sms_to: Callable[[str], bool]) -> Pasted:
    """Return the same, the numbers left out that codes by SMS may not go to."""
    kept = tuple(match for match in pasted.matches if allows_sms_to(match.number))
    lost = tuple(Unmatched(each.text, COUNTRY) for each in pasted.matches if each not in kept)
    return Pasted(kept, (*lost, *pasted.unmatched))


@dataclass(frozen=True, slots=True)
class _Item:
    text: str
    number: str
    problem: str
    addresses: frozenset[str]
    words: frozenset[str]


def map_list(text: str, people: Sequence[Person], region: str) -> Pasted:
    """Map a list in any order and with any separator: by address, else by name, else by order.

    By order only when nothing else names anybody, and there are as many numbers as people.
    """
    items = [_item(piece, region) for piece in _pieces(text[:MAX_LENGTH])]
    matches: dict[int, Match] = {}
    left: list[_Item] = []
    for item in items:
        found, how = _find(item, people)
        if item.number and len(found) == 1 and found[0].key not in matches:
            matches[found[0].key] = Match(found[0].key, item.number, how, item.text)
        else:
            left.append(item)
    free = [person for person in people if person.key not in matches]
    in_order = [item for item in left if item.number and not item.addresses and not item.words]
    if in_order and len(in_order) == len(free):
        for person, item in zip(free, in_order, strict=True):
            matches[person.key] = Match(person.key, item.number, BY_ORDER, item.text)
        left = [item for item in left if item not in in_order]
    ordered = tuple(matches[person.key] for person in people if person.key in matches)
    return Pasted(ordered, tuple(_unmatched(item, people) for item in left))


def _pieces(text: str) -> Iterable[str]:
    """Cut the list where one person ends: at lines, at blank lines around a signature."""
    for block in _BLANK_LINES.split(text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if _is_signature(lines):
            yield " \n".join(lines)
            continue
        for line in lines:
            yield from _people_of(line)


def _is_signature(lines: Sequence[str]) -> bool:
    """Tell whether several lines are about one person: names, numbers and address apart.

    A first line that says it all (who and the number) begins a list, not a signature.
    """
    addresses = {found.lower() for line in lines for found in _ADDRESS.findall(line)}
    whole = [line for line in lines if _NUMBER.search(line) and _has_words(line)]
    numbered = [line for line in lines if _NUMBER.search(line)]
    bare = len(numbered) == len(lines)
    a_list = bare or len(whole) > 1 or lines[:1] == whole
    return 1 < len(lines) <= 12 and len(addresses) <= 1 and not a_list


def _has_words(line: str) -> bool:
    rest = _NUMBER.sub(" ", line)
    return bool(_ADDRESS.search(rest) or len(_words(rest)) > 1)


def _people_of(line: str) -> Iterable[str]:
    """Cut a line that holds several people, after or before each number."""
    numbers = list(_NUMBER.finditer(line))
    if len(numbers) < 2 or len(_ADDRESS.findall(line)) == 1:
        yield line
        return
    first = line[: numbers[0].start()].strip(" ,;|\t")
    cuts = [number.end() if first else number.start() for number in numbers]
    edges = [0, *(cuts[:-1] if first else cuts[1:]), len(line)]
    for start, end in itertools.pairwise(edges):
        yield line[start:end].strip(" ,;|\t")


def _item(piece: str, region: str) -> _Item:
    addresses = frozenset(_normalized(_ADDRESS.findall(piece)))
    without = _ADDRESS.sub(" ", piece)
    number, problem = _best_number(_NUMBER.findall(without), region)
    return _Item(piece, number, problem, addresses, _words(_NUMBER.sub(" ", without)))


def _best_number(typed: Sequence[str], region: str) -> tuple[str, str]:
    """Return the first mobile number, or why there is none."""
    problem = NO_NUMBER
    for text in typed:
        try:
            return parse_mobile(text, region), ""
        except PhoneError as error:
            problem = error.reason
    return "", problem


def _find(item: _Item, people: Sequence[Person]) -> tuple[list[Person], str]:
    if item.addresses:
        return [person for person in people if person.address in item.addresses], BY_ADDRESS
    if not item.words:
        return [], BY_ORDER
    scores = {person.key: _score(item.words, person) for person in people}
    best = max(scores.values(), default=0)
    return [person for person in people if best and scores[person.key] == best], BY_NAME


def _score(words: frozenset[str], person: Person) -> int:
    name = _words(person.name)
    local = _words(re.sub(r"[._+\-\d]+", " ", person.address.partition("@")[0]))
    return 2 * len(words & name) + len(words & local)


def _unmatched(item: _Item, people: Sequence[Person]) -> Unmatched:
    if not item.number:
        return Unmatched(item.text, item.problem)
    return Unmatched(item.text, SEVERAL if len(_find(item, people)[0]) > 1 else NOBODY)


def _normalized(addresses: Iterable[str]) -> Iterable[str]:
    for address in addresses:
        try:
            yield normalize_address(address.rstrip("."))
        except AddressError:
            continue


def _words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.findall(r"[a-z]{2,}", plain)
    return frozenset(word for word in found if word not in _SMALL_WORDS)
