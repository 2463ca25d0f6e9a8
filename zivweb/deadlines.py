"""How long the database may take, by kind of process: people wait for some, for others nobody does.

A command (`manage.py migrate`) has no kind and no deadline.
"""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: of one statement, of waiting for a lock, and of a transaction that does nothing."""

    statement: int
    lock: int
    idle: int


LONG: Final = Deadlines(statement=600, lock=60, idle=300)
KINDS: Final = {
    "web": Deadlines(statement=20, lock=10, idle=60),
    "smtp": Deadlines(statement=20, lock=10, idle=60),
    "monitoring": Deadlines(statement=3, lock=2, idle=10),
    "worker": LONG,
    "beat": LONG,
}


def for_postgresql(limits: Deadlines | None, wanted: str = "") -> dict[str, Any]:
    """Return the options of a connection; what `wanted` sets (-c name=value) goes first.

    They are part of the connection itself: one that is opened again has them too.
    """
    if limits is None:
        return {"options": wanted} if wanted else {}
    seconds = {
        "statement_timeout": limits.statement,
        "lock_timeout": limits.lock,
        "idle_in_transaction_session_timeout": limits.idle,
    }
    ours = " ".join(f"-c {name}={value}s" for name, value in seconds.items())
    return {"options": f"{ours} {wanted}".strip()}


def for_sqlite(limits: Deadlines | None) -> dict[str, Any]:
    """Return the options of a connection (zivweb/sqlite/base.py)."""
    if limits is None:
        return {"timeout": 30}
    return {"timeout": min(limits.lock, 30), "statement_seconds": limits.statement}
