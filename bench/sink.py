"""A relay that takes every mail and remembers who got which."""

import asyncio
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.queues import SimpleQueue

from tests.plugins import processes
from zivweb.broker import free_port

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(\S+)")
_fork = multiprocessing.get_context("fork")


class Sink:
    """The relay's port; `taken()` ends it, and counts the copies of each (recipient, mail)."""

    def __init__(self) -> None:
        self.port = free_port()
        self._answer: SimpleQueue[Counter[tuple[bytes, bytes]]] = _fork.SimpleQueue()
        self._process = _fork.Process(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._end = _fork.Event()

    @contextmanager
    def running(self) -> Iterator["Sink"]:
        """Take mail meanwhile."""
        self._process.start()
        while not processes.answers(self.port):
            time.sleep(0.02)
        try:
            yield self
        finally:
            self._process.terminate()

    def taken(self) -> Counter[tuple[bytes, bytes]]:
        """Take no more; return what was."""
        self._end.set()
        return self._answer.get()

    async def _serve(self) -> None:
        copies = Counter[tuple[bytes, bytes]]()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                await _talk(reader, writer, copies)

        async with await asyncio.start_server(talk, "127.0.0.1", self.port, limit=1 << 24):
            while not self._end.is_set():
                await asyncio.sleep(0.1)
        self._answer.put(copies)


async def _talk(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, copies: Counter[tuple[bytes, bytes]]
) -> None:
    writer.write(b"220 sink\r\n")
    recipient = b""
    while line := await reader.readline():
        answer = b"250 OK\r\n"
        match line[:4].upper():
            case b"EHLO":
                answer = b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
            case b"RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0]
            case b"DATA":
                writer.write(b"354 go on\r\n")
                found = _MESSAGE_ID.search(await reader.readuntil(b"\r\n.\r\n"))
                copies[recipient, found[1] if found else b""] += 1
            case b"QUIT":
                answer = b"221 bye\r\n"
        writer.write(answer)
    writer.close()
