"""Threads of our own for everything that blocks: the database, password hashes, sealing.

Each thread keeps its database connection, checks it before it works, and closes it at its end.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from django.db import close_old_connections, connections

Job = TypeVar("Job")
Result = TypeVar("Result")


class Workers(Generic[Job]):
    """A few threads that take jobs from one queue, up to `batch` of those that wait at a time."""

    def __init__(
        self, name: str, count: int, work: Callable[[Sequence[Job]], None], batch: int = 1
    ) -> None:
        """Start the threads. `work` must not raise: each job carries its own outcome."""
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._work = work
        self._batch = batch
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, job: Job) -> None:
        """Have a thread do this."""
        self._queue.put(job)

    def stop(self, patience: float) -> None:
        """End the threads after what waits; one that hangs is left to die with the process."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(patience)

    def _run(self) -> None:
        try:
            while self._work_once():
                pass
        finally:
            connections.close_all()

    def _work_once(self) -> bool:
        """Do what waits, and keep nothing of it: a job may hold a large mail."""
        first = self._queue.get()
        if first is None:
            return False
        close_old_connections()
        self._work([first, *self._others()])
        return True

    def _others(self) -> list[Job]:
        jobs: list[Job] = []
        while len(jobs) < self._batch - 1:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                break
            if job is None:
                self._queue.put(None)
                break
            jobs.append(job)
        return jobs


class Call:
    """A function to call in a thread, and where its outcome goes."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Keep the function and its arguments."""
        self.outcome: Future[Any] = Future()
        self._function = function
        self._arguments = arguments

    def make(self) -> None:
        """Call it, unless nobody waits for it any more."""
        if not self.outcome.set_running_or_notify_cancel():
            return
        try:
            self.outcome.set_result(self._function(*self._arguments))
        except Exception as error:  # noqa: BLE001 - handed to the one who waits
            self.outcome.set_exception(error)


def make_calls(calls: Sequence[Call]) -> None:
    """Make each call; the work of threads that answer questions."""
    for call in calls:
        call.make()
