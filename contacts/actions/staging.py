"""Puts the rows of a file or of another system where the database can judge them."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection

from contacts.importer import Row
from contacts.models import ImportRun, StagedRow, code_context, first_row_id, seal_code
from contacts.states import CONFLICT, REJECTED, SAME
from flow import engine
from flow.slices import Pace

BATCH = 6000
FEWEST = 100
BATCH_OF_ONE_WRITER = 500  # no transaction over 200 ms: the intake writes too
LONG = 0.4  # seconds that a batch may take: people see progress, and a cancel waits no longer
DUPLICATE, TWICE = "duplicate", "twice_in_file"
DECIDED = (DUPLICATE, TWICE)  # reasons that no stored contact changes
_SHORT = 0xFFFFFFFF
_COLUMNS = (
    "id", "address", "name", "phone", "more_phones", "code_sealed", "digest", "verdict", "reason",
    "typed", "language",
)  # fmt: skip
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": " ", "\n": " ", "\r": " ", "\0": " "})
Line = tuple[int, str, str, str, str, bytes | None, str, str, str, str, str]


def batch_size() -> int:
    """Return how many rows go into one transaction."""
    return BATCH_OF_ONE_WRITER if engine.one_writer() else BATCH


def new_pace() -> Pace:
    """Return how many rows go into one transaction."""
    return Pace(batch_size(), FEWEST, LONG)


class Seen:
    """Numbers of 64 bits, each with one of 32 bits: 24 bytes at most, where a dict takes a hundred.

    The places are tried one after the other, from that of the number (open addressing).
    """

    def __init__(self) -> None:
        self._make_room(1024)

    def add(self, key: int, value: int) -> int | None:
        """Keep a number's value, unless it has one: return that, else None."""
        keys, place = self._keys, (key := key or 1) % self._room  # nothing is where a 0 is
        while (found := keys[place]) != key:
            if not found:
                self._put(place, key, value)
                return None
            place = place + 1 if place + 1 < self._room else 0
        return self._values[place]

    def _put(self, place: int, key: int, value: int) -> None:
        self._keys[place], self._values[place] = key, value
        self._count += 1
        if self._count > self._most:
            keys, values = self._keys, self._values
            self._make_room(self._room * 3 // 2)
            for old_key, old_value in zip(keys, values, strict=True):
                if old_key:
                    self.add(old_key, old_value)

    def _make_room(self, room: int) -> None:
        self._count, self._room, self._most = 0, room, room * 3 // 4
        self._keys, self._values = array("q", [0]) * room, array("I", [0]) * room


class Stager:
    """Turns rows into staged rows; knows which addresses it has seen before."""

    def __init__(self, run: ImportRun) -> None:
        self._organization_id, self._owner_id = run.organization_id, run.owner_id
        self._next = first_row_id(run.pk) + 1
        self._seen = Seen()
        self.counts: dict[str, int] = {"problems": 0, REJECTED: 0, SAME: 0, CONFLICT: 0}

    def lines(self, rows: Iterable[Row]) -> Iterator[Line]:
        """Yield a staged row for each row, in order."""
        for row in rows:
            number, self._next = self._next, self._next + 1
            verdict, reason = self._decide(row)
            if verdict:
                self.counts[verdict] += 1
            if row.problem:
                self.counts["problems"] += 1
            sealed, digest = self._seal(row) if row.code else (None, "")
            phone = row.phones[0] if row.phones else ""
            more = " ".join(row.phones[1:]) if len(row.phones) > 1 else ""
            yield (
                number, row.address, row.name, phone, more, sealed, digest, verdict,
                reason or row.problem, row.typed, row.language,
            )  # fmt: skip

    def _decide(self, row: Row) -> tuple[str, str]:
        """Return a verdict that does not depend on what is stored: "" for most rows."""
        if row.rejected:
            return REJECTED, row.rejected
        said = hash((row.phones, row.code, row.name, row.language)) & _SHORT
        before = self._seen.add(hash(row.address), said)
        if before is None:
            return "", ""
        return (SAME, DUPLICATE) if before == said else (CONFLICT, TWICE)

    def _seal(self, row: Row) -> tuple[bytes, str]:
        context = code_context(self._organization_id, self._owner_id, row.address)
        return seal_code(row.code, row.hint, context)


def store(lines: Sequence[Line]) -> None:
    """Store staged rows: by COPY where there is one."""
    if not engine.copies_rows():
        rows = [StagedRow(**dict(zip(_COLUMNS, line, strict=True))) for line in lines]
        StagedRow.objects.bulk_create(rows)
        return
    text = "".join(map(_copy_line, lines))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY contacts_stagedrow ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        copy.write(text.encode(errors="replace"))


def chunks(lines: Iterator[Line], pace: Pace) -> Iterator[list[Line]]:
    """Yield the staged rows in pieces that fit a transaction."""
    while chunk := list(islice(lines, pace.size)):
        yield chunk


def _copy_line(line: Line) -> str:
    number, address, name, phone, more, sealed, digest, verdict, reason, typed, language = line
    if not (sealed or verdict or reason):
        if "\\" in name or "\\" in address:
            name, address = name.translate(_ESCAPES), address.translate(_ESCAPES)
        return f"{number}\t{address}\t{name}\t{phone}\t{more}\t\\N\t\t\t\t\t{language}\n"
    code = f"\\\\x{sealed.hex()}" if sealed else "\\N"
    safe = [text.translate(_ESCAPES) for text in (address, name, phone, more)]
    rest = [digest, verdict, reason, typed.translate(_ESCAPES), language]
    return "\t".join([str(number), *safe, code, *rest]) + "\n"
