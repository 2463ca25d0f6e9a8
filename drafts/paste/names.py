"""Names of people: which of the recipients a text names, and how surely. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from addresses.text import strip_invisible
from drafts.paste.words import NOISE, PARTICLES, RELATIVES, SURNAMES_TOO, TITLES

EQUAL, FULL, PARTLY, NOT = 3, 2, 1, 0

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "ß": "ss",
    }
    | {"Ø": "O", "Ł": "L", "Đ": "D", "Æ": "Ae", "Œ": "Oe", "Ð": "D", "Þ": "Th", "ẞ": "SS"}
)
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
_BARE = str.maketrans("äöüÄÖÜ", "aouAOU")
_UMLAUT = re.compile(r"(?<=\w)[äöü]|[äöü](?=\w)", re.IGNORECASE)
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u201b\u0060\u00b4\u02bc", "'"))
_MAIDEN = re.compile(
    r"\b(?:(?i:geb|geboren|nee|gesch|gescheiden|wed|weduwe)|e\.? ?v)\b\.?:? +"
    r"(?:(?i:van|vd|v\.d\.|de|den|der|ten|ter|het|'t|el|al|la|le|von|in) )*[^\W\d_][\w'-]*"
)
_OF_THE = re.compile(r"\b[vV]\.? ?/? ?d\b\.?")
_SHORT_PARTICLE = re.compile(r"(?<!\w)'[tTsSnN]\b")
_PLACE = re.compile(
    r"\b[^\W\d_]{2,}(?:straat|laan|weg|plein|kade|gracht|singel|dijk|steeg|dreef|strasse|street"
    r"|road|lei) +\d+(?:[ -]?[A-Za-z]\b(?![.-]))?"
    r"|^\s*[1-9]\d{3} ?[A-Z]{2}\b(?: +['-]?[^\W\d_][^\W\d_'-]*)*\s*$"
)
_POSTCODE = re.compile(r"\b[1-9]\d{3} ?[A-Z]{2}\b(?![.'-])")
_STREET = re.compile(r"(?<![^\W\d_])([^\W\d_]+)\.? \d{1,4} ?[A-Za-z]?\W*$")
_NOT_NUMBERED = r"[^\W\d_]+(?!\w|\W*\d)"
_LONGEST_PLACE = 80
_SEXES = frozenset("MVFWX") | frozenset("mvfwx")
_CELL = re.compile(r"[^\t;|,\n\x00]+")
_TOKEN = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)\.?")
_ONE_LETTER_LABEL = re.compile(
    r"(?m)^[\s>*-]*[A-Za-z][ .(]*(?=\x00)|(?:^|(?<=[\x00\t;|/]))\s*[TtMmEeFfWwPpGg]:"
)
_HYPHEN = re.compile(r"(?<!\w)([^\W\d_]{2,})-(?:(?:de|den|der|van|ten|ter) )*([^\W\d_]{2,})(?!\w)")
_BRACKETED = re.compile(r"\([^()]*\)")
_DOUBLE = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}-(?:(?:de|den|der|van|ten|ter) )*[^\W\d_]{2,}")
_JOINED = ("vander", "vanden", "vande", "van", "der", "den", "de", "ter", "ten", "vd")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text that may be somebody's name, and what stands for one: the P of "P. Smit".

    `cells` parts the words where a comma, a tab or a number stands between them; `joined` are
    those that a hyphen joins: Jan-Willem; `labels` those that are surnames as well: Bob Kamer.
    `sex` is an M or V alone in a cell, which may be an initial as well.
    """

    cells: tuple[frozenset[str], ...] = ()
    whole: frozenset[str] = frozenset()
    short: tuple[str, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()
    labels: frozenset[str] = frozenset()
    sex: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.whole or self.short)


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody is called: each spelling with the word that it stands for, and initials.

    `double` are the words that a hyphen joins: one of them alone is another name.
    """

    spellings: Mapping[str, str]
    words: frozenset[str]
    short: tuple[str, ...]
    double: frozenset[str] = frozenset()


def read_words(text: str) -> Words:
    """Return the words of a text; NUL stands where a number or an address was.

    What stands after "geb." is left out: a maiden name may be what somebody else is called.
    """
    cells: list[frozenset[str]] = []
    short: list[str] = []
    labels: set[str] = set()
    sex: list[str] = []
    plain = _ONE_LETTER_LABEL.sub(" ", _plain(text))
    for found in _CELL.finditer(plain):
        cell = found[0] if len(found[0]) > _LONGEST_PLACE else _PLACE.sub(_relatives, found[0])
        cell = _POSTCODE.sub(" ", cell)
        if cell.strip() in _SEXES:
            sex.append(cell.strip().casefold())
            continue
        whole, initials = _read_cell(cell.casefold())
        cells.append(whole)
        short += initials
        unlike = re.findall(r"[^\W\d_]+" if whole else _NOT_NUMBERED, cell.casefold())
        labels |= SURNAMES_TOO & set(unlike)
    joined = tuple(_HYPHEN.findall(plain.casefold()))
    return Words(
        tuple(filter(None, cells)),
        frozenset().union(*cells),
        tuple(short),
        joined,
        frozenset(labels),
        tuple(sex),
    )


def _relatives(found: re.Match[str]) -> str:
    """Return what is no part of a place or a maiden name after all: 1234 AB Utrecht daughter."""
    return " ".join(RELATIVES & set(re.findall(r"[^\W\d_]+", found[0].casefold())))


def _read_cell(text: str) -> tuple[frozenset[str], list[str]]:
    whole, short, initial_ended = set(), [], -1
    for token in _TOKEN.finditer(text):
        word = token[0].rstrip(".")
        if word in PARTICLES or word in NOISE:
            continue
        if len(word) == 1 and word.isascii():
            if initial_ended < 0 or text[initial_ended : token.start()].strip(" -"):
                short.append(word)
            initial_ended = token.end()
        elif token[0][-1] == "." and len(word) < 5:
            short.append(word)
        else:
            whole.add(word)
    return frozenset(whole), short


def known_as(name: str, address: str) -> Known:
    """Return what a recipient is called: by the name, else by the address."""
    name, local_part = re.sub(r"\S+@\S+|\d", " ", name), address.partition("@")[0]
    bracketed = read_words(" ".join(_BRACKETED.findall(name))).whole
    words = outside = read_words(_BRACKETED.sub(" ", name))
    if len(outside.whole) < 2 or outside.short:
        words = read_words(name)
    spellings = _spellings(name, words.whole)
    short = list(words.short)
    if len(words.whole) + len(words.short) < 2:
        local = read_words(re.sub(r"[._+\-\d]+", "  ", local_part))
        spellings |= {alias: word for word in local.whole for alias in _aliases(word)} | spellings
        short += local.short
    given = frozenset(spellings.values())
    initials = [each for each in short if not any(word.startswith(each) for word in bracketed)]
    double = read_words(" ".join(_DOUBLE.findall(name or local_part))).whole
    double = double if len(given) > 1 else frozenset()
    return Known(spellings, given, tuple(dict.fromkeys(initials)), double)


def fit(words: Words, known: Known) -> int:
    """Tell how surely the words name somebody: NOT, PARTLY, FULL (and more words), EQUAL.

    PARTLY: nothing in them is anybody else's, but they may be more people's.
    """
    found = {known.spellings[word] for word in words.whole if word in known.spellings}
    strange = {word for word in words.whole if word not in known.spellings}
    if not found or _is_half(words, known, found):
        return NOT
    whole = known.words <= found and set(known.short) <= set(words.short)
    only_given = strange and known.words == known.double
    if whole and len(known.words) + len(known.short) > 1 and not only_given:
        if not strange:
            return EQUAL
        return FULL if _together(words, known) else NOT
    missing, unknown = _explained(_initials(words, known), known.words - found, known.short)
    in_part = missing or len(known.words) < 2
    strange |= unknown | (words.labels if in_part else set())
    given = {word for word in strange if any(word.startswith(each) for each in known.short)}
    strange -= given | {second for first, second in words.joined if first in given}
    return NOT if strange else PARTLY


def _initials(words: Words, known: Known) -> tuple[str, ...]:
    """Return the initials; an M alone is one where nothing else can stand for a given name."""
    has_given = words.short or not words.whole <= known.spellings.keys()
    return words.short if has_given else (*words.short, *words.sex)


def _is_half(words: Words, known: Known, found: set[str]) -> bool:
    """Tell whether half of a double name is another's: Vries and Jansen-de Vries are two people."""
    halves = [(one in known.spellings) != (other in known.spellings) for one, other in words.joined]
    return any(halves) or not (known.double <= found or known.double.isdisjoint(found))


def _together(words: Words, known: Known) -> bool:
    """Tell whether a name stands in one cell, or in several: Jansen, Jan or Jansen, Jan Willem."""
    places = [at for at, cell in enumerate(words.cells) if not cell.isdisjoint(known.spellings)]
    cells = [words.cells[at] for at in places]
    begun = len(cells) == 2 and places[1] - places[0] == 1 and len(known.words) == 2
    cells = cells[:1] if begun else cells
    return len(places) == 1 or all(word in known.spellings for cell in cells for word in cell)


def _explained(
    short: Iterable[str], missing: frozenset[str], initials: Sequence[str]
) -> tuple[set[str], set[str]]:
    """Return the words that no initial stands for, and the initials that stand for none."""
    left, strange = set(missing), set()
    for each in short:
        meant = next((word for word in sorted(left) if word.startswith(each)), None)
        if meant is not None:
            left.discard(meant)
        elif each not in initials:
            strange.add(f"{each}.")
    return left, strange


def _spellings(name: str, words: Iterable[str]) -> dict[str, str]:
    """Return each word by itself, and without its umlauts: Muller for Müller, which is Mueller."""
    spellings = {word: word for word in words}
    for written in re.findall(r"[^\W\d_]*[äöüÄÖÜ][^\W\d_]*", unicodedata.normalize("NFC", name)):
        word, bare = (_plain(each).casefold() for each in (written, written.translate(_BARE)))
        if word in spellings:
            spellings[bare] = word
    return spellings


def _aliases(word: str) -> Iterable[str]:
    """Return a word of an address, also without the particle that is written onto it: devries."""
    yield word
    for particle in _JOINED:
        if word.startswith(particle) and len(word) > len(particle) + 2:
            yield word[len(particle) :]


def _plain(text: str) -> str:
    """Return the text without accents, apostrophes, maiden names; letters stay letters."""
    seen = unicodedata.normalize("NFC", strip_invisible(text))
    german = _UMLAUT.sub(lambda each: _UMLAUTS[each[0].lower()], seen)
    spread = unicodedata.normalize("NFKD", german)
    plain = "".join(each for each in spread if not unicodedata.combining(each)).translate(_LETTERS)
    plain = plain.translate(_APOSTROPHES)
    plain = _SHORT_PARTICLE.sub(" ", _OF_THE.sub(" ", _MAIDEN.sub(_relatives, plain)))
    return plain.replace("'", "").replace("e-mail", "email").replace("E-mail", "email")


def is_whole(words: Words, known: Known) -> bool:
    """Tell whether a given name and a surname are in the words, by a word or an initial each."""
    found = {known.spellings[word] for word in words.whole if word in known.spellings}
    missing, _ = _explained(words.short, known.words - found, known.short)
    given = (words.whole - known.spellings.keys()) | set(words.short)
    initialed = all(any(word.startswith(each) for word in given) for each in known.short)
    return initialed and not missing and len(known.words) + len(known.short) > 1


def may_mean(words: Words, known: Known) -> bool:
    """Tell whether somebody's name or initials can be read in the words, among others."""
    found = {known.spellings[word] for word in words.whole if word in known.spellings}
    initials = _initials(words, known)
    missing, _ = _explained(initials, known.words - found, known.short)
    starts = words.whole | set(initials)
    return (
        bool(found)
        and not missing
        and all(any(word.startswith(each) for word in starts) for each in known.short)
    )


def is_titled(text: str) -> bool:
    """Tell whether a title is in the text: Mrs. Smit."""
    return not TITLES.isdisjoint(re.findall(r"[^\W\d_]+", text.casefold()))


def may_be_name(text: str) -> bool:
    """Tell whether a cell may be somebody's whole name: two capitalised words, and no street."""
    street = _STREET.search(text)
    if street and street[1].casefold() not in NOISE:
        return False
    words = re.findall(r"[^\W\d_]+", _POSTCODE.sub(" ", text))
    capital = [word for word in words if not word.islower() and word.casefold() not in NOISE]
    return len(capital) + is_titled(text) > 1
