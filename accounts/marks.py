"""What proves that an audit row, and a range of them, is what was written."""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from vault.keys import keyed_digest, matches

COLUMNS = ("pk", "organization_id", "actor_id", "verb", "about", "data", "ip", "at")
_SEAL = "audit"
MARK = struct.Struct(">q16s")

Row = tuple[Any, ...]


def mark_of(row: Row) -> bytes:
    """Return id and digest of a row, given by its `COLUMNS`."""
    *plain, at = row
    text = json.dumps([*plain, _moment(at)], sort_keys=True)
    return MARK.pack(row[0], hashlib.sha256(text.encode()).digest()[:16])


def marks_of(rows: Iterable[Row]) -> bytes:
    """Return the marks of rows in the order of their ids."""
    return b"".join(mark_of(row) for row in rows)


def unpack_marks(marks: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the id of each row with its whole mark."""
    for start in range(0, len(marks) - MARK.size + 1, MARK.size):
        mark = marks[start : start + MARK.size]
        yield MARK.unpack(mark)[0], mark


def digest_of_marks(marks: bytes) -> str:
    """Return what stands for the marks in the digest of their seal."""
    return hashlib.sha256(marks).hexdigest()


def digest_of_seal(fields: Iterable[Any], previous: str) -> str:
    """Return the digest of a seal and so of all before it; without our key nobody can make one."""
    return keyed_digest(_SEAL, _seal_text(fields, previous))


def is_digest_of_seal(digest: str, fields: Iterable[Any], previous: str) -> bool:
    """Tell whether a digest is of this seal, under any key that we had."""
    return matches(digest, _SEAL, _seal_text(fields, previous))


def _seal_text(fields: Iterable[Any], previous: str) -> str:
    shown = [_moment(field) if isinstance(field, datetime) else field for field in fields]
    return json.dumps([*shown, previous])


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
