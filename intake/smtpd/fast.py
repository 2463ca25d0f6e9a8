"""The fast way into the database, on PostgreSQL (`ZIVWEB_INTAKE=fast`); storage.py is plain.

Both keep the same promises: 250 only after the own commit, and certainly nothing stored after 451.
All code in here is for one of these tricks:

1. No threads. A thread that wants to go on waits for the interpreter, which the event loop holds;
   so the database connections live in the loop, and small mails are checked and sealed there.
2. Commits are grouped: while one waits for the disk, the mails of other sessions gather, and the
   next commit takes them all. Two connections take turns.
3. One statement a group, of arrays in the binary format: the text format of bytes is twice as
   long. It leaves out mails whose sender was shut out meanwhile, which else is a question more.
4. The worker is woken a moment after a commit, once for all commits of that moment: telling the
   broker costs more than storing a mail does.
5. Who a sender is, is remembered for some seconds: a mail server sends much for few.
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import connection as django_connection

from accounts.access import sender_by_address
from accounts.models import User
from flow.sweeps import wake_now
from intake.actions import MAKE_DRAFTS, SealedMail
from intake.smtpd.replies import SENDER_GONE, TRY_AGAIN, Refused
from intake.smtpd.storage import (
    BATCH_BYTES,
    BATCH_MAILS,
    BYTES_PER_SECOND,
    COMMIT_SECONDS,
    PATIENCE,
    Withdrawn,
)

CONNECTIONS: Final = 2
WAKE_SECONDS: Final = 0.05
REMEMBER_SECONDS: Final = 10.0
REMEMBERED: Final = 10_000
INLINE_BYTES: Final = 64 * 1024  # checked and sealed in the loop; more goes to a thread

# A mail that is there already was committed although its answer was lost: that is no error.
_MAILS: Final = """
    INSERT INTO intake_rawmail (uid, data_key, organization_id, sender_id, recipients, raw, size,
                                state, attempts, refusal, received_at)
    SELECT uid, data_key, organization_id, sender_id, recipients::jsonb, raw, size,
           'stored', 0, '', now()
    FROM unnest(%b::uuid[], %b::bytea[], %b::bigint[], %b::bigint[], %b::text[], %b::bytea[],
                %b::integer[])
      AS mail (uid, data_key, organization_id, sender_id, recipients, raw, size)
    WHERE EXISTS (SELECT FROM accounts_user WHERE id = sender_id AND is_active AND is_sender)
    ON CONFLICT (uid) DO NOTHING
    RETURNING uid, id
"""
_PIECE: Final = "INSERT INTO intake_rawpiece (mail_id, number, sealed) VALUES (%b, %b, %b)"
_FIND: Final = "SELECT uid FROM intake_rawmail WHERE uid = ANY(%b)"

Line = psycopg.AsyncConnection[Any]


class Waiting:
    """A sealed mail on its way. Until `committing` its session can give up for certain."""

    __slots__ = ("committing", "done", "given_up", "mail")

    def __init__(self, mail: SealedMail, done: "asyncio.Future[None]") -> None:
        """Nothing is decided yet."""
        self.mail = mail
        self.done = done
        self.given_up = False
        self.committing = False

    def settle(self, error: Exception | None = None) -> None:
        """Tell the session, if it still listens."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)


class FastStorage:
    """Stores what waits, each time as one transaction, on connections of the event loop."""

    def __init__(self) -> None:
        """Start the writers; belongs in the loop that they work in."""
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Waiting] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()  # writers with nothing to do
        self._stopping = False
        self._waking: asyncio.TimerHandle | None = None
        self._writers = [self._loop.create_task(self._write()) for _ in range(CONNECTIONS)]

    async def store(self, mail: SealedMail) -> None:
        """Return when the mail is committed. Raises Refused and database errors: not stored."""
        waiting = Waiting(mail, self._loop.create_future())
        self._waiting.append(waiting)
        self._call_writer()
        patience = PATIENCE + mail.row.size / BYTES_PER_SECOND
        try:
            if await _ends(waiting.done, patience):
                return waiting.done.result()
        except asyncio.CancelledError:
            waiting.given_up = True
            raise
        if not waiting.committing:
            waiting.given_up = True
            raise Refused(TRY_AGAIN)
        if not await _ends(waiting.done, COMMIT_SECONDS):
            # Stored or not, nobody knows: the client gets no answer, and sends it again.
            raise ConnectionAbortedError
        return waiting.done.result()

    def stop(self, patience: float) -> None:
        """End after what waits; called from another thread."""
        closing = asyncio.run_coroutine_threadsafe(self._close(patience), self._loop)
        closing.result(2 * patience)

    async def _close(self, patience: float) -> None:
        self._stopping = True
        while self._idle:
            self._call_writer()
        await asyncio.wait(self._writers, timeout=patience)
        for writer in self._writers:
            writer.cancel()
        if self._waking is not None:
            self._waking.cancel()
            await asyncio.to_thread(wake_now, MAKE_DRAFTS)

    def _call_writer(self) -> None:
        if self._idle:
            self._idle.popleft().set_result(None)

    # --- the writers ----------------------------------------------------------------------------

    async def _write(self) -> None:
        line: Line | None = None
        try:
            while batch := await self._next():
                line = await self._store(line, batch)
                self._wake_soon()
        finally:
            if line is not None:
                await line.close()

    async def _next(self) -> list[Waiting]:
        """Return what waits, up to a limit; nothing when it is time to stop."""
        while not self._waiting and not self._stopping:
            called = self._loop.create_future()
            self._idle.append(called)
            await called
        batch: list[Waiting] = []
        size = 0
        while self._waiting and len(batch) < BATCH_MAILS and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += batch[-1].mail.row.size
        return batch

    async def _store(self, line: Line | None, batch: Sequence[Waiting]) -> Line | None:
        """Store these together; when that fails, each alone. Returns the line to go on with."""
        line, failed = await _try(line, batch)
        for one in batch if failed else ():
            line, error = await _try(line, [one])
            if error is not None:
                one.settle(error)
        return line

    def _wake_soon(self) -> None:
        if self._waking is None:
            self._waking = self._loop.call_later(WAKE_SECONDS, self._wake)

    def _wake(self) -> None:
        self._waking = None
        self._loop.run_in_executor(None, wake_now, MAKE_DRAFTS)


async def _try(line: Line | None, batch: Sequence[Waiting]) -> tuple[Line | None, Exception | None]:
    """Commit the mails; return the line to go on with, and what went wrong.

    Half-way through anything a line is of no use: it is closed, and the next one opened later.
    """
    try:
        with django_connection.wrap_database_errors:
            line = line or await Line.connect(**_parameters())
            await _commit(line, [one for one in batch if not one.given_up])
    except Exception as error:  # noqa: BLE001 - handed to the one who waits
        if line is not None:
            await line.close()
        return None, error
    return line, None


async def _commit(line: Line, batch: Sequence[Waiting]) -> None:
    """Commit the mails and tell their sessions. Raises Withdrawn, none stored, when one gave up.

    Raises psycopg.Error; a mail that was being committed then may be stored.
    """
    if not batch:
        return
    stored = await _insert(line, [one.mail for one in batch])
    _begin_commit(batch)
    await line.commit()
    _tell(batch, stored)


def _begin_commit(batch: Sequence[Waiting]) -> None:
    """From here on it is too late to give up. Raises Withdrawn when somebody did."""
    if any(one.given_up for one in batch):
        raise Withdrawn
    for one in batch:
        one.committing = True


def _tell(batch: Sequence[Waiting], stored: set[UUID]) -> None:
    for one in batch:
        one.settle(None if one.mail.row.uid in stored else Refused(SENDER_GONE))


async def _insert(line: Line, mails: Sequence[SealedMail]) -> set[UUID]:
    """Insert the mails; return the uids of those that are there now."""
    rows = [mail.row for mail in mails]
    columns = [
        [row.uid for row in rows],
        [row.data_key for row in rows],
        [row.organization_id for row in rows],
        [row.sender_id for row in rows],
        [json.dumps(row.recipients) for row in rows],
        [row.raw for row in rows],
        [row.size for row in rows],
    ]
    found = await (await line.execute(_MAILS, columns, prepare=True)).fetchall()
    stored: dict[UUID, int] = dict(found)
    for mail in mails:
        if mail.more and mail.row.uid in stored:
            # One at a time: an INSERT takes several times the memory of what it inserts.
            for piece in mail.more:
                values = [stored[mail.row.uid], piece.number, piece.sealed]
                await line.execute(_PIECE, values, prepare=True)
    if len(stored) == len(mails):
        return set(stored)
    there = await (await line.execute(_FIND, [columns[0]])).fetchall()
    return {uid for (uid,) in there}


async def _ends(done: "asyncio.Future[None]", seconds: float) -> bool:
    """Wait for an end, and let it go on after that time."""
    ended, _ = await asyncio.wait([done], timeout=seconds)
    return bool(ended)


def _parameters() -> dict[str, Any]:
    """Return what Django connects with, without what is for its own cursors."""
    parameters = django_connection.get_connection_params()
    own = {"context", "cursor_factory"}
    return {name: value for name, value in parameters.items() if name not in own}


class Senders:
    """Remembers for a moment who an address belongs to."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[str, tuple[float, User]] = {}

    def recall(self, address: str) -> User | None:
        """Return whose address this is, when that was asked a moment ago.

        Who is shut out meanwhile is still refused: the statement that stores a mail looks.
        """
        found = self._known.get(address)
        return found[1] if found and found[0] > time.monotonic() else None

    def ask(self, address: str) -> User | None:
        """Ask the database, and remember; runs in a thread."""
        user = sender_by_address(address)
        if user is not None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[address] = (time.monotonic() + REMEMBER_SECONDS, user)
        return user
