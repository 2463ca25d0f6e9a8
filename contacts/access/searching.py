"""A page of an address book: searched as it is typed, filtered, in order, however large the book.

Four ways, each bounded: look through the next contacts in order and through those whose names
start with the word, through a sample of the book (finds what very many match), and look up the
rarest trigrams, which is quick for all else. Of a word that very many match, or whose trigrams
are all usual (k.d: words that begin with d), some are found; one more letter finds the rest.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from accounts.models import User
from accounts.policy import ORGANIZATION
from addresses.mail import AddressError, domain_of, normalize_domain
from addresses.text import strip_for_domain, strip_invisible
from contacts.access.books import book_of
from contacts.models import Conflict, Contact, Datum
from contacts.states import OPEN
from flow import engine
from flow.paging import PAGE_SIZE, Page, cursor_of, id_in, key_in

MAX_QUERY = 100
CONTACTS = "contacts"  # the list that a cursor is made for
LOOK = 500  # contacts in order that are looked through first
SAMPLE = 4000  # contacts anywhere that are looked through before the trigrams
TEXTS = 200  # contacts by which rare trigrams are told from usual ones
FOUND = 200  # contacts that a look-up by trigrams gives at most
TRIGRAM = 3
PIECES, MOST_PIECES = 2, 4  # trigrams of a word that the index is asked for; more when all are rare
USUAL, FEWEST = 0.2, 5  # of those texts: for what more of them hold the index is not asked
_BETWEEN_WORDS = re.compile(r"[\W_]")  # to the index
_NUMBER = re.compile(r"[0-9+()\-./\s]{3,}")
_SAMPLED = """
SELECT id FROM contacts_contact TABLESAMPLE SYSTEM ((SELECT LEAST(100, {sample} * 100 /
    GREATEST(reltuples, 1)) FROM pg_class WHERE oid = 'contacts_contact'::regclass)) REPEATABLE (1)
WHERE organization_id = %s AND owner_id IS NULL AND {likes} LIMIT {found}"""
_APART = """
SELECT search FROM contacts_contact WHERE organization_id = %s AND id IN (
    SELECT n * last / {texts} FROM generate_series(1, {texts}) AS n,
        (SELECT max(id) AS last FROM contacts_contact) AS ids)"""
# The index holds the organization as a bigint and finds it by no other type.
_BY_TRIGRAMS = """
SELECT id FROM (
    SELECT id, sort_name FROM contacts_contact
    WHERE organization_id = %s::bigint AND {likes} AND owner_id IS NULL LIMIT {found}
) AS found ORDER BY sort_name, id LIMIT {enough}"""
FILTERS: dict[str, Callable[[], Q]] = {
    "no_data": lambda: ~Q(Exists(Datum.objects.filter(contact=OuterRef("pk")))),
    "unproven": lambda: Q(
        Exists(Datum.objects.filter(contact=OuterRef("pk"), preferred=True, confirmed_at=None))
    ),
    "conflicting": lambda: Q(Exists(Conflict.objects.filter(contact=OuterRef("pk"), state=OPEN))),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person looks for: words, and filters."""

    query: str = ""
    filter: str = ""
    source: str = ""
    domain: str = ""


def contacts_page(
    user: User, book: str, wanted: Wanted | None = None, after: str = ""
) -> Page[Contact]:
    """Return contacts by name (address where there is none) with their data.

    `after` is the cursor of the page before.
    """
    wanted = wanted or Wanted()
    own = book_of(user, book)
    contacts = _after(_filtered(own, wanted), own, key_in(CONTACTS, after))
    ordered = contacts.order_by("sort_name", "pk")
    terms, domain = _terms(wanted.query), _domain(wanted.domain)
    if terms or domain:
        kept = ordered.filter(address__endswith=domain) if domain else ordered
        # What is found in the whole book may be left out again by a filter or the page before.
        enough = PAGE_SIZE + 1 if wanted == Wanted(wanted.query) and not after else FOUND
        every = [*terms, *filter(None, [domain])]
        rows = _search(_ways(user, book, ordered, kept, every, enough), kept)
    else:
        rows = list(ordered[: PAGE_SIZE + 1])
    last = rows[PAGE_SIZE - 1].pk if len(rows) > PAGE_SIZE else None
    page = Page(rows[:PAGE_SIZE], cursor_of(CONTACTS, last) if last else "")
    prefetch_related_objects(page.rows, "data")
    return page


def sources_of(user: User, book: str) -> list[str]:
    """Return the sources that the data of a small book have; of a large one, what is usual."""
    data = Datum.objects.filter(contact__in=book_of(user, book).order_by("sort_name", "pk")[:2000])
    return sorted(set(data.values_list("source", flat=True)))


def _search(ways: Iterable[list[int]], kept: QuerySet[Contact]) -> list[Contact]:
    """Return a page of `kept` in order, of contacts that are found way by way."""
    found: list[int] = []
    rows: list[Contact] = []
    for more in ways:
        found += more
        rows = _in_order(kept, found) if len(found) > PAGE_SIZE else []
        if len(rows) > PAGE_SIZE:
            break
    return rows or _in_order(kept, found)


def _ways(
    user: User,
    book: str,
    ordered: QuerySet[Contact],
    kept: QuerySet[Contact],
    terms: list[str],
    enough: int,
) -> Iterator[list[int]]:
    """Find contacts that hold all terms; `kept` leaves some out of the book, which is `ordered`."""
    near = _near(ordered)
    yield _matching(near, terms)[:enough]
    if len(near) < LOOK:
        return
    if not engine.finds_trigrams() or book != ORGANIZATION:
        yield list(kept.filter(_all(terms)).values_list("pk", flat=True)[: PAGE_SIZE + 1])
        return
    if not terms[0].isdigit():
        # Names are in order: those that start with the word lie together, however far away.
        yield _matching(_near(ordered.filter(sort_name__gte=terms[0])), terms)[:enough]
    yield _sampled(user.organization_id, terms)
    yield _by_trigrams(user.organization_id, terms, enough)


def _near(ordered: QuerySet[Contact]) -> list[tuple[int, str]]:
    """Return the next contacts in order with what they are found by."""
    return list(ordered.values_list("pk", "search")[:LOOK])


def _matching(near: list[tuple[int, str]], terms: list[str]) -> list[int]:
    return [pk for pk, text in near if all(term in text for term in terms)]


def _sampled(organization_id: int, terms: list[str]) -> list[int]:
    """Return contacts that hold all terms, of those on some pages of the table."""
    with connection.cursor() as cursor:
        sql = _SAMPLED.format(likes=_likes(terms), sample=SAMPLE, found=FOUND)
        cursor.execute(sql, [organization_id, *map(_pattern, terms)])
        return [pk for (pk,) in cursor.fetchall()]


def _by_trigrams(organization_id: int, terms: list[str], enough: int) -> list[int]:
    """Return the first contacts that hold all terms; of very many some, of usual words none."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Not a sample of pages: those of an import hold neighbours, who are alike.
        cursor.execute(_APART.format(texts=TEXTS), [organization_id])
        texts = [text for (text,) in cursor.fetchall()]
        pieces = [piece for term in terms for piece in _rarest(term, texts)]
        if not pieces:
            return []
        likes = " AND ".join([_likes(pieces), *["strpos(search, %s) > 0"] * len(terms)])
        params: list[int | str] = [organization_id, *map(_pattern, pieces), *terms]
        # A pattern's selectivity is a guess; without these a wrong one reads the whole table.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute(_BY_TRIGRAMS.format(likes=likes, found=FOUND, enough=enough), params)
        ids = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = on")
    return ids


def _rarest(term: str, texts: list[str]) -> list[str]:
    """Return the trigrams of a term that the fewest texts hold: none of a term of usual ones."""
    last = len(term) - TRIGRAM
    parts = dict.fromkeys(term[start : start + TRIGRAM] for start in range(last, -1, -1))
    plain = [_BETWEEN_WORDS.sub(" ", f" {text} ") for text in texts]
    held = {part: sum(_seen(part) in text for text in plain) for part in parts}
    usual = max(USUAL * len(texts), FEWEST)
    rare = [part for part in sorted(parts, key=held.__getitem__) if held[part] <= usual]
    never = [part for part in rare if not held[part]]
    return never[:MOST_PIECES] if len(never) > PIECES else rare[:PIECES]


def _seen(part: str) -> str:
    """Return what the index sees of three letters: words, but no single letter that ends one."""
    plain = _BETWEEN_WORDS.sub(" ", part)
    return plain[1:].rstrip() if plain[1] == " " else plain


def _likes(terms: list[str]) -> str:
    return " AND ".join(["search LIKE %s"] * len(terms))


def _pattern(term: str) -> str:
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _in_order(ordered: QuerySet[Contact], ids: list[int]) -> list[Contact]:
    """Return these contacts in order, as far as they fill a page.

    By an expression: by the column itself the planner reads the book in order to find them.
    """
    name = Concat("sort_name", Value(""))
    return list(ordered.filter(pk__in=set(ids)).order_by(name, "pk")[: PAGE_SIZE + 1])


def _all(terms: list[str]) -> Q:
    condition = Q()
    for term in terms:
        condition &= Q(search__contains=term)
    return condition


def _terms(query: str) -> list[str]:
    """Return what every contact that is found must hold, as it is stored."""
    text = strip_for_domain(query.replace("\x00", "")[:MAX_QUERY]).strip()
    digits = "".join(c for c in text if c.isdigit())
    if _NUMBER.fullmatch(text) and digits:
        return [digits.removeprefix("00").removeprefix("0") or digits]
    return [_as_stored(word).lower() for word in text.split()]


def _domain(typed: str) -> str:
    """Return the end that the addresses of a typed domain have."""
    domain = domain_of(_as_stored(f"@{strip_for_domain(typed).strip().lstrip('@')}").lower())
    return f"@{domain[:253]}" if domain else ""


def _as_stored(word: str) -> str:
    """Return a typed part of an address with its domain as it is stored: as A-labels."""
    local, at, domain = word.rpartition("@")
    if not at:
        return strip_invisible(word)
    if domain.isascii():
        return word
    try:
        return f"{local}{at}{normalize_domain(domain)}"
    except AddressError:
        return word


def _filtered(contacts: QuerySet[Contact], wanted: Wanted) -> QuerySet[Contact]:
    if wanted.filter in FILTERS:
        contacts = contacts.filter(FILTERS[wanted.filter]())
    if wanted.source:
        data = Datum.objects.filter(contact=OuterRef("pk"), source=wanted.source[:60])
        contacts = contacts.filter(Exists(data))
    return contacts


def _after(contacts: QuerySet[Contact], own: QuerySet[Contact], key: str) -> QuerySet[Contact]:
    pk = id_in(key)
    if pk is None:
        return contacts
    last = list(own.filter(pk=pk).values_list("sort_name", "pk"))
    if not last:
        return contacts
    # Compared as a row: one range of the index answers that.
    later = RawSQL(
        "(contacts_contact.sort_name, contacts_contact.id) > (%s, %s)", last[0], BooleanField()
    )
    return contacts.filter(later)
