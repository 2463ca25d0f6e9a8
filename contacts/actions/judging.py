"""Judges staged rows against what is stored, and writes them: set by set, in SQL for both engines.

Race with people: rows that would change a contact are judged again under the contact's lock, so a
person's edit is either seen or waits, and is never lost.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from contacts.models import FieldLock, ImportRun
from contacts.states import CHANGED, CONFLICT, NEW, OVERWRITE, SAME
from flow import engine

_MADE = "made"  # a new row that is written, while others are judged again
# A batch is small beside the book: its rows are looked up one by one, whatever the planner guesses.
_LOOK_UP = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off"
# Of a book that it thinks is so small the planner takes any index, and reads all of it for a row.
SMALL, GROWN = 100, 1000
_BOOK = "SELECT 1 FROM contacts_contact c WHERE {book}"
_TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS contacts_batch (
    id bigint, address text, name text, phone text, more_phones text,
    code_sealed {bytes}, digest text, contact_id bigint,
    phone_part text, code_part text, name_part text, verdict text, language text,
    language_part text
)"""
_GUARDED = "({0}.source IN ('manual', 'learned') OR {0}.confirmed_at IS NOT NULL)"
_LOCKED = """WHEN EXISTS (SELECT 1 FROM contacts_fieldlock l WHERE l.contact_id = c.id
    AND l.method = '{0}' AND l.source = %(source)s) THEN ''"""
_JUDGE = """
INSERT INTO contacts_batch
SELECT y.id, y.address, y.name, y.phone, y.more_phones, y.code_sealed, y.digest,
    COALESCE(y.contact_id, {next_id}), y.phone_part, y.code_part, y.name_part, y.verdict,
    y.language, y.language_part
FROM (
    SELECT x.*, CASE
        WHEN x.contact_id IS NULL THEN 'new'
        WHEN 'conflict' IN (x.phone_part, x.code_part) THEN 'conflict'
        WHEN x.phone_part <> '' OR x.code_part <> '' OR x.name_part <> ''
            OR x.language_part <> '' THEN 'changed'
        ELSE 'same' END AS verdict
    FROM (
        SELECT s.id, s.address, s.name, s.phone, s.more_phones, s.code_sealed, s.digest,
            s.language,
            c.id AS contact_id,
            CASE WHEN s.phone = '' OR d.phone_number = s.phone THEN ''
                WHEN d.id IS NULL THEN 'add'
                WHEN EXISTS (SELECT 1 FROM contacts_datum o WHERE o.contact_id = c.id
                    AND o.method = 'sms' AND o.phone_number = s.phone) THEN ''
                {lock_sms}
                WHEN {guarded_d} THEN 'conflict' ELSE 'change' END AS phone_part,
            CASE WHEN s.digest = '' THEN '' ELSE COALESCE(
                (SELECT CASE WHEN k.digest = s.digest THEN '' {lock_code}
                    WHEN {guarded_k} THEN 'conflict' ELSE 'change' END
                FROM contacts_datum k WHERE k.contact_id = c.id AND k.method = 'access_code'),
                'add') END AS code_part,
            CASE WHEN s.name = '' OR c.name = s.name THEN '' WHEN c.name = '' THEN 'change'
                WHEN c.name_source = 'manual' THEN '' ELSE 'change' END AS name_part,
            CASE WHEN s.language = '' OR c.language = s.language THEN ''
                WHEN c.language = '' OR c.name_source <> 'manual' THEN 'change'
                ELSE '' END AS language_part
        FROM contacts_stagedrow s
        LEFT JOIN contacts_contact c ON {book} AND c.address = s.address
        LEFT JOIN contacts_datum d ON d.contact_id = c.id AND d.method = 'sms' AND d.preferred
        WHERE {judged} {only}
    ) x
) y WHERE y.verdict <> {left_out}"""
_JUDGED = """s.id > %(low)s AND s.id <= %(high)s AND s.verdict <> 'rejected'
    AND s.reason NOT IN ('duplicate', 'twice_in_file')"""
_INSERT_CONTACTS = """
INSERT INTO contacts_contact (id, organization_id, owner_id, address, name, fixed, created_at,
    changed_at, search, name_source, run_id, language)
SELECT contact_id, %(organization)s, {owner}, address, name, false, %(now)s, %(now)s,
    lower(name) || ' ' || address || ' ' || phone, %(source)s, %(run)s, language
FROM contacts_batch WHERE verdict = 'new' ORDER BY address {unless_there}"""
_NEW_DATA = """
INSERT INTO contacts_datum (contact_id, method, preferred, phone_number, code_sealed, digest,
    source, run_id, actor_id, entered_at)
SELECT b.contact_id, '{method}', true, {phone}, {code}, {digest}, %(source)s, %(run)s, %(actor)s,
    %(now)s
FROM contacts_batch b WHERE b.verdict = 'new' AND b.{column} <> ''"""
_KEEP_PAST = """
INSERT INTO contacts_pastdatum (contact_id, method, phone_number, code_sealed, digest, name, source,
    actor_id, run_id, entered_at, confirmed_at, ended_at, ended_source, ended_run_id, ended_by_id)
SELECT d.contact_id, d.method, d.phone_number, d.code_sealed, d.digest, '', d.source, d.actor_id,
    d.run_id, d.entered_at, d.confirmed_at, %(now)s, %(source)s, %(run)s, %(actor)s
FROM contacts_batch b JOIN contacts_datum d ON d.contact_id = b.contact_id
    AND d.method = '{method}' AND d.preferred
WHERE b.verdict = 'write' AND b.{part} IN ('change', 'conflict')"""
_END_DATA = """
DELETE FROM contacts_datum WHERE method = '{method}' AND preferred AND contact_id IN (
    SELECT contact_id FROM contacts_batch WHERE verdict = 'write'
    AND {part} IN ('change', 'conflict'))"""
_CHANGED_DATA = """
INSERT INTO contacts_datum (contact_id, method, preferred, phone_number, code_sealed, digest,
    source, run_id, actor_id, entered_at)
SELECT b.contact_id, '{method}', true, {phone}, {code}, {digest}, %(source)s, %(run)s, %(actor)s,
    %(now)s
FROM contacts_batch b WHERE b.verdict = 'write' AND b.{part} <> ''"""
_PAST_NAMES = """
INSERT INTO contacts_pastdatum (contact_id, method, phone_number, code_sealed, digest, name, source,
    run_id, entered_at, ended_at, ended_source, ended_run_id, ended_by_id)
SELECT c.id, 'name', '', {empty}, '', c.name, c.name_source, c.run_id, c.changed_at, %(now)s,
    %(source)s, %(run)s, %(actor)s
FROM contacts_batch b JOIN contacts_contact c ON c.id = b.contact_id
WHERE b.verdict = 'write' AND b.name_part <> '' AND c.name <> ''"""
_PAST_LANGUAGES = """
INSERT INTO contacts_pastdatum (contact_id, method, phone_number, code_sealed, digest, name, source,
    run_id, entered_at, ended_at, ended_source, ended_run_id, ended_by_id)
SELECT c.id, 'language', '', {empty}, '', c.language, c.name_source, c.run_id, c.changed_at,
    %(now)s, %(source)s, %(run)s, %(actor)s
FROM contacts_batch b JOIN contacts_contact c ON c.id = b.contact_id
WHERE b.verdict = 'write' AND b.language_part <> ''"""
_LANGUAGES = """
UPDATE contacts_contact SET language = b.language
FROM contacts_batch b WHERE contacts_contact.id = b.contact_id AND b.verdict = 'write'
    AND b.language_part <> ''"""
_NAMES = """
UPDATE contacts_contact SET name = b.name, name_source = %(source)s
FROM contacts_batch b WHERE contacts_contact.id = b.contact_id AND b.verdict = 'write'
    AND b.name_part <> ''"""
_TOUCH = """
UPDATE contacts_contact SET changed_at = %(now)s, search = lower(name || ' ' || address || ' ' ||
    COALESCE((SELECT {join}(d.phone_number, ' ') FROM contacts_datum d
        WHERE d.contact_id = contacts_contact.id AND d.method = 'sms'), ''))
WHERE id IN (SELECT contact_id FROM contacts_batch WHERE verdict = 'write')"""
_KEEP_VERDICTS = """
UPDATE contacts_stagedrow SET verdict = b.verdict FROM contacts_batch b
WHERE contacts_stagedrow.id = b.id AND contacts_stagedrow.verdict <> b.verdict {only}"""
_PARKED = """
SELECT contact_id, phone_part, phone, code_part, code_sealed, digest
FROM contacts_batch WHERE verdict IN ({marks}) ORDER BY id"""
_SEVERAL_NUMBERS = """
SELECT b.contact_id, b.more_phones FROM contacts_batch b
WHERE b.more_phones <> '' AND b.verdict IN ('new', 'write')"""
_ADDRESSES = """
SELECT address FROM contacts_batch WHERE verdict IN ('new', 'write') LIMIT {limit}"""
_LOCK = """
SELECT id FROM contacts_contact WHERE id IN (
    SELECT contact_id FROM contacts_batch WHERE verdict IN ('changed', 'conflict'))
ORDER BY id FOR UPDATE"""
_AGAIN = "UPDATE contacts_batch SET verdict = 'again' WHERE verdict IN ('changed', 'conflict')"
_AGAIN_UNWRITTEN = """
UPDATE contacts_batch SET verdict = 'again' WHERE verdict = 'new' AND NOT EXISTS (
    SELECT 1 FROM contacts_contact c WHERE c.id = contacts_batch.contact_id)"""
_FORGET = "DELETE FROM contacts_batch WHERE verdict = 'again'"
_RENAME = "UPDATE contacts_batch SET verdict = '{new}' WHERE verdict = '{old}'"
_MARK = "UPDATE contacts_batch SET verdict = 'write' WHERE verdict IN ({marks})"
_COUNTS = "SELECT verdict, count(*) FROM contacts_batch GROUP BY verdict"
_COUNT_JUDGED = "SELECT count(*) FROM contacts_stagedrow s WHERE {judged}"
_SMS = {
    "method": "sms", "part": "phone_part", "column": "phone", "phone": "b.phone",
    "code": "{empty}", "digest": "''",
}  # fmt: skip
_CODE = {
    "method": "access_code", "part": "code_part", "column": "digest", "phone": "''",
    "code": "b.code_sealed", "digest": "b.digest",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Engine:
    """The words in which the two engines differ."""

    bytes: str
    join: str
    empty: str
    empty_batch: str
    next_id: str
    plan: str  # what the planner is told, where it has to be told
    lock: str  # the rows' own locks, where there are such


_POSTGRESQL = _Engine(
    "bytea", "string_agg", "''::bytea", "TRUNCATE contacts_batch",
    "nextval('contacts_contact_id_seq')", _LOOK_UP, _LOCK,
)  # fmt: skip
_SQLITE = _Engine(
    "blob", "group_concat", "x''", "DELETE FROM contacts_batch",
    """COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'contacts_contact'), 0)
        + y.id - %(low)s""", "", "",
)  # fmt: skip


class Judge:
    """Judges, and writes, the staged rows of one import; use inside a transaction."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._engine = _SQLITE if engine.embedded() else _POSTGRESQL
        self._params: dict[str, Any] = {
            "organization": run.organization_id,
            "owner": run.owner_id,
            "source": run.source,
            "run": run.pk,
            "actor": run.actor_id,
        }
        book = "c.organization_id = %(organization)s AND c.owner_id IS NULL"
        self._book = "c.owner_id = %(owner)s" if run.owner_id else book
        self._locks = FieldLock.objects.filter(
            source=run.source, contact__organization=run.organization_id
        ).exists()

    def judge(self, low: int, high: int, *, every: bool) -> dict[str, int]:
        """Judge the rows after `low` up to `high`; return how many of which verdict there are.

        Unless `every`, the rows that change nothing are only counted.
        """
        self._params |= {"low": low, "high": high}
        self._left_out = "''" if every else "'same'"
        self._do(_TABLE)  # of this connection, which may be another one than that of the last batch
        if self._engine.plan:
            self._do(self._engine.plan)
            self._refresh_statistics()
        self._do(self._engine.empty_batch)
        self._judge()
        return self._counts()

    def keep_verdicts(self, *, every: bool) -> None:
        """Store the verdicts with the rows; else those alone that cannot be told afterwards."""
        only = "" if every else "AND b.verdict <> 'new'"
        self._do(_KEEP_VERDICTS, only=only)

    def write(self, counts: dict[str, int]) -> dict[str, int]:
        """Write the judged rows as the import's choices say; return the counts as written."""
        if counts.get(CHANGED) or counts.get(CONFLICT):
            counts = self._lock_and_judge_again()
        if counts.get(NEW):
            counts = self._insert_new(counts)
        if counts.get(CHANGED) or counts.get(CONFLICT):
            self.keep_verdicts(every=False)
            self._write_changes()
        return counts

    def parked(self) -> list[tuple[Any, ...]]:
        """Return contact, parts and values of the rows that somebody must decide about."""
        verdicts = [CONFLICT] if self._run.conflicts == "ask" else []
        verdicts += [CHANGED] if self._run.changed_rows == "ask" else []
        if not verdicts:
            return []
        return self._rows(_PARKED, marks=_marks(verdicts))

    def several_numbers(self) -> list[tuple[Any, ...]]:
        """Return contact and further numbers of the rows that were written."""
        return self._rows(_SEVERAL_NUMBERS)

    def changed_addresses(self, limit: int) -> list[str]:
        """Return the addresses that were written, up to a limit."""
        return [address for (address,) in self._rows(_ADDRESSES, limit=str(limit))]

    def _refresh_statistics(self) -> None:
        """Let the planner see that a book has grown."""
        [([expected],)] = self._rows(f"EXPLAIN (FORMAT JSON) {_BOOK}", book=self._book)
        if expected["Plan"]["Plan Rows"] < SMALL:
            grown = self._rows(f"{_BOOK} OFFSET {GROWN} LIMIT 1", book=self._book)
            if grown:
                self._do("ANALYZE contacts_contact, contacts_datum, contacts_stagedrow")

    def _judge(self, only: str = "") -> None:
        lock_sms, lock_code = (
            _LOCKED.format(method) if self._locks else "" for method in ("sms", "access_code")
        )
        self._do(
            _JUDGE,
            book=self._book,
            judged=_JUDGED,
            only=only,
            left_out=self._left_out,
            lock_sms=lock_sms,
            lock_code=lock_code,
            guarded_d=_GUARDED.format("d"),
            guarded_k=_GUARDED.format("k"),
        )

    def _lock_and_judge_again(self) -> dict[str, int]:
        if self._engine.lock:
            self._rows(self._engine.lock)
        self._do(_AGAIN)
        self._judge_again()
        return self._counts()

    def _judge_again(self) -> None:
        self._judge("AND s.id IN (SELECT id FROM contacts_batch WHERE verdict = 'again')")
        self._do(_FORGET)

    def _insert_new(self, counts: dict[str, int]) -> dict[str, int]:
        """Insert new contacts; a row that somebody else added meanwhile is no longer new."""
        self._now()
        made = self._insert_contacts()
        if made == counts[NEW]:
            self._insert_data()
            return counts
        self._do(_AGAIN_UNWRITTEN)
        self._insert_data()
        self._do(_RENAME, old=NEW, new=_MADE)
        self._judge_again()
        counts = self._lock_and_judge_again()
        if counts.get(NEW):
            counts = self._insert_new(counts)
        self._do(_RENAME, old=_MADE, new=NEW)
        return self._counts()

    def _insert_contacts(self) -> int:
        """Insert the new contacts, but those that somebody else added meanwhile: there are few."""
        owner = "%(owner)s" if self._run.owner_id else "NULL"
        try:
            with transaction.atomic():
                return self._do(_INSERT_CONTACTS, owner=owner, unless_there="")
        except IntegrityError:
            return self._do(_INSERT_CONTACTS, owner=owner, unless_there="ON CONFLICT DO NOTHING")

    def _insert_data(self) -> None:
        for kind in (_SMS, _CODE):
            self._do(_NEW_DATA, **kind)

    def _write_changes(self) -> None:
        verdicts = [CHANGED] if self._run.changed_rows == OVERWRITE else []
        verdicts += [CONFLICT] if self._run.conflicts == OVERWRITE else []
        if not verdicts or not self._do(_MARK, marks=_marks(verdicts)):
            return
        self._now()
        for kind in (_SMS, _CODE):
            for sql in (_KEEP_PAST, _END_DATA, _CHANGED_DATA):
                self._do(sql, **kind)
        for sql in (_PAST_NAMES, _PAST_LANGUAGES, _NAMES, _LANGUAGES, _TOUCH):
            self._do(sql)

    def _now(self) -> datetime:
        now = timezone.now()
        self._params["now"] = now
        return now

    def _counts(self) -> dict[str, int]:
        """Return how many rows there are of which verdict; those left out are the same."""
        counts = Counter[str](dict(self._rows(_COUNTS)))
        [(judged,)] = self._rows(_COUNT_JUDGED, judged=_JUDGED)
        counts[SAME] += judged - counts.total()
        return {verdict: count for verdict, count in counts.items() if count}

    def _do(self, sql: str, **words: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(self._filled(sql, words), self._params)
            return int(cursor.rowcount)

    def _rows(self, sql: str, **words: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self._filled(sql, words), self._params)
            return list(cursor.fetchall())

    def _filled(self, sql: str, words: dict[str, str]) -> str:
        own = asdict(self._engine)
        return sql.format(**words | own).format(**own) if "{" in sql else sql


def _marks(verdicts: list[str]) -> str:
    return ", ".join(f"'{verdict}'" for verdict in verdicts)
