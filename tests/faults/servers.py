"""A PostgreSQL and a Redis that can be killed, and come back where they were."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

from tests.plugins import broker, postgres, processes
from tests.product import wait_for
from zivweb.broker import free_port

# Unlike that of the other tests it keeps what it said it has, when it is killed.
SETTINGS = postgres.SETTINGS | {"synchronous_commit": "on", "wal_level": "minimal",
                                "max_wal_senders": "0", "max_connections": "100"}  # fmt: skip


SMALL_DISK = "600m"


class Database:
    """A PostgreSQL of its own; where we are root, on a disk of its own that can be filled."""

    def __init__(self, folder: Path) -> None:
        self._disk = folder
        if os.geteuid() == 0:
            options = f"size={SMALL_DISK},mode=0755"
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=True)
        self._cluster = postgres.make(postgres.find(wheel_only=False), folder, SETTINGS)
        self.server = self._cluster.url
        self.url = f"{self.server}zivweb"
        self._process = self._cluster.start()
        with psycopg.connect(f"{self.server}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE zivweb")

    def start(self) -> None:
        """Start it again; after a kill its helpers may take a moment to go."""
        ends = time.monotonic() + processes.PATIENCE
        while True:
            try:
                self._process = self._cluster.start()
            except processes.ServerError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.1)
            else:
                return

    def stop(self) -> None:
        """Stop it, as an update does: every session is ended."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def kill(self) -> None:
        """Kill it without warning; its helpers notice and end."""
        self._process.kill()
        self._process.wait()

    def at_rest(self) -> Iterator[Path]:
        """Yield every file of it, with all that was written to its log (WAL)."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        yield from (path for path in self._disk.rglob("*") if path.is_file())

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Leave no room on its disk for a while. When that made it stop, it is started again."""
        ballast = self._disk / "ballast"
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield
        ballast.unlink()
        if self._process.poll() is not None:
            self.start()

    def close(self) -> None:
        """Stop it for good, and remove what it stored."""
        processes.end(self._process, signal.SIGINT, self._cluster.folders)
        if os.geteuid() == 0:
            subprocess.run(["umount", self._disk], check=True)
            self._disk.rmdir()


class Broker:
    """A Redis of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, port = folder, free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        program, _ = broker.find(wheel_only=False)
        self._command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        self.process: subprocess.Popen[bytes] = processes.start(
            [*self._command, "--dir", str(self._folder)],
            self._folder / "redis.log",
            user={},
            stop=signal.SIGTERM,
        )
        wait_for("the broker", self.answers)

    def kill(self) -> None:
        """Kill it: what waited in it is lost."""
        self.process.kill()
        self.process.wait()

    def at_rest(self) -> Path:
        """Write all that it holds to a file."""
        with redis.Redis.from_url(self.url) as client:
            client.save()
        return self._folder / "dump.rdb"

    def signal(self, number: signal.Signals) -> None:
        """Stop it for a moment (SIGSTOP), or let it go on (SIGCONT)."""
        self.process.send_signal(number)

    def answers(self) -> bool:
        """Tell whether it is there."""
        with redis.Redis.from_url(
            self.url, socket_timeout=0.5, socket_connect_timeout=0.5
        ) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
