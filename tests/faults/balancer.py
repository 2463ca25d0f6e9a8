"""A load balancer of a few lines: plain TCP, the next machine when one does not answer."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence

TRIES = 30
PAUSE = 0.1  # seconds before all machines are asked again


class Balancer:
    """Listens on a port, and hands each connection to one of the ports behind it in turn.

    What is in `drained` gets no new connections.
    """

    def __init__(self, port: int, behind: Sequence[int]) -> None:
        self.drained: set[int] = set()
        self._port, self._behind = port, list(behind)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._loop.run_until_complete(listening)
        self._loop.run_forever()
        open_ = asyncio.all_tasks(self._loop)
        for task in open_:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*open_, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            inner_reader, inner_writer = await self._connect()
            there = asyncio.create_task(_pipe(reader, inner_writer))
            await _pipe(inner_reader, writer)
            there.cancel()
            inner_writer.close()
        writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first machine that answers. Raises OSError."""
        for _ in range(TRIES):
            self._behind.append(self._behind.pop(0))
            for port in [port for port in self._behind if port not in self.drained]:
                with contextlib.suppress(ConnectionError):
                    return await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(PAUSE)
        raise ConnectionRefusedError


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until the end, and the end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
