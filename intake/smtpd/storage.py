"""Commits mails of several sessions together; each waits for its own commit (RFC 5321, 6.1)."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

from django.db import DatabaseError, IntegrityError, InterfaceError, close_old_connections

from intake import access, actions
from intake.smtpd.replies import SENDER_GONE, TRY_AGAIN, Refused
from intake.smtpd.threads import Workers

BATCH_MAILS: Final = 50
BATCH_BYTES: Final = 8 * 1024 * 1024
PATIENCE: Final = 5.0  # seconds until a database that does not answer costs a 451
BYTES_PER_SECOND: Final = 1024 * 1024  # the slowest disk that we wait for
COMMIT_SECONDS: Final = 60.0


class Withdrawn(Exception):
    """A session gave up waiting before its mail was committed: it must not be stored."""


class Waiting:
    """A sealed mail on its way into the database.

    Its outcome starts to run right before the commit; until then it can be cancelled, and then
    the mail is certainly not stored.
    """

    def __init__(self, mail: actions.SealedMail) -> None:
        """Nothing is decided yet."""
        self.mail = mail
        self.size = mail.row.size
        self.outcome: Future[None] = Future()

    def begin_commit(self) -> None:
        """From here on it is too late to give up. Raises Withdrawn when somebody did."""
        if not self.outcome.running() and not self.outcome.set_running_or_notify_cancel():
            raise Withdrawn

    def fail(self, error: Exception) -> None:
        """Tell the session that its mail is not stored."""
        if self.outcome.done():
            return
        if self.outcome.running() or self.outcome.set_running_or_notify_cancel():
            self.outcome.set_exception(error)


class Storage:
    """Two threads that store what waits, each time as one transaction."""

    def __init__(self, count: int = 2) -> None:
        """Start the threads."""
        self._workers = Workers("storage", count, store_waiting, BATCH_MAILS)

    async def store(self, mail: actions.SealedMail) -> None:
        """Return when the mail is committed. Raises Refused and database errors: not stored."""
        waiting = Waiting(mail)
        self._workers.put(waiting)
        done = asyncio.wrap_future(waiting.outcome)
        try:
            await asyncio.wait_for(asyncio.shield(done), PATIENCE + waiting.size / BYTES_PER_SECOND)
        except TimeoutError as error:
            if waiting.outcome.cancel():
                raise Refused(TRY_AGAIN) from error
            await self._committed(done)
        except asyncio.CancelledError:
            waiting.outcome.cancel()
            raise

    @staticmethod
    async def _committed(done: asyncio.Future[None]) -> None:
        try:
            await asyncio.wait_for(asyncio.shield(done), COMMIT_SECONDS)
        except TimeoutError as error:
            # Stored or not, nobody knows: the client gets no answer, and sends it again.
            raise ConnectionAbortedError from error

    def stop(self, patience: float) -> None:
        """End the threads after what waits."""
        self._workers.stop(patience)


def store_waiting(waiting: Sequence[Waiting]) -> None:
    """Store these mails together; when that fails, each on its own."""
    batch: list[Waiting] = []
    for one in waiting:
        if batch and sum(other.size for other in batch) + one.size > BATCH_BYTES:
            _store_batch(batch)
            batch = []
        batch.append(one)
    _store_batch(batch)


def _store_batch(batch: Sequence[Waiting]) -> None:
    try:
        _store(batch)
    except (DatabaseError, InterfaceError, Withdrawn):
        for one in batch:
            close_old_connections()
            _store_alone(one)


def _store_alone(one: Waiting) -> None:
    try:
        _store([one])
    except IntegrityError as error:
        # The commit before may have succeeded although its answer was lost.
        _settle(one, error)
    except (DatabaseError, InterfaceError) as error:
        one.fail(error)
    except Withdrawn:
        return


def _settle(one: Waiting, error: IntegrityError) -> None:
    try:
        if access.is_stored(one.mail.row.uid):
            one.outcome.set_result(None)
        else:
            one.fail(error)
    except (DatabaseError, InterfaceError):
        one.fail(error)


def _store(batch: Sequence[Waiting]) -> None:
    wanted = [one for one in batch if not one.outcome.done()]
    active = access.active_senders({one.mail.row.sender_id for one in wanted})
    gone = [one for one in wanted if one.mail.row.sender_id not in active]
    stored = [one for one in wanted if one.mail.row.sender_id in active]
    if stored:
        actions.store_mails(
            [one.mail for one in stored],
            before_commit=lambda: _begin_commit(stored),
        )
    for one in stored:
        one.outcome.set_result(None)
    for one in gone:
        one.fail(Refused(SENDER_GONE))


def _begin_commit(batch: Sequence[Waiting]) -> None:
    for one in batch:
        one.begin_commit()
