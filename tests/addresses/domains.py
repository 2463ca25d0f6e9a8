"""Made-up domains that are valid under IDNA 2008, and what hasty programs make of them."""

import functools
import itertools
import random
from collections.abc import Iterator

import idna

from addresses.mail import AddressError, normalize_domain
from tests.examples import EXAMPLES

# Letters of one script each, with those that IDNA 2003 made something else of.
SCRIPTS = (
    "abßstzäöüéñ12-",
    "\u03b1\u03b2\u03b3\u03b4\u03bf\u03c1\u03c2\u03c3\u03ca\u03ac",
    "\u0646\u0627\u0645\u0647\u06cc\u06a9\u0628\u200c",  # Persian, with a non-joiner
    "\u0915\u0937\u0930\u094d\u094d\u092e\u0924\u200c\u200d",  # Devanagari: virama, joiners
    "\u0d15\u0d28\u0d4d\u0d4d\u0d30\u0d24\u200d",  # Malayalam
    "\u0430\u0431\u0432\u0433\u0434\u0451\u0439",
    "\u6771\u4eac\u90fd\u65e5\u672c",
)
CHANGES = (("ß", "ss"), ("\u03c2", "\u03c3"), ("\u200c", ""), ("\u200d", ""), ("ü", "u"))


def by_the_book(domain: str) -> str:
    """Return the A-labels of a domain that is valid under IDNA 2008, "" for any other."""
    try:
        return idna.encode(domain, strict=True).decode()
    except UnicodeError:
        return ""


def stored(text: str) -> str:
    """Return the domain as it is stored, "" when it is refused."""
    try:
        return normalize_domain(text)
    except AddressError:
        return ""


@functools.cache
def valid_domains() -> list[str]:
    """Return as many domains as property tests try, the same ones every time."""
    return list(itertools.islice(filter(by_the_book, _texts()), EXAMPLES))


@functools.cache
def changed_domains() -> list[tuple[str, str]]:
    """Return pairs of valid domains that a hasty program would take for one."""
    pairs = (
        (text, text.replace(*change))
        for text in _texts()
        for change in CHANGES
        if change[0] in text
    )
    valid = (pair for pair in pairs if all(map(by_the_book, pair)))
    return list(itertools.islice(valid, EXAMPLES))


def _texts() -> Iterator[str]:
    chance = random.Random(14)  # noqa: S311  the same every time
    while True:
        letters = chance.choice(SCRIPTS)
        label = "".join(chance.choices(letters, k=chance.randint(2, 8)))
        yield f"{label}.{chance.choice(['example', 'nord.example', label])}"
