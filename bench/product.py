"""The product's own processes, on the database of the benchmarks."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.plugins import processes
from zivweb.broker import free_port

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def smtp_server(**settings: str) -> Iterator[int]:
    """Run the processes that take mail in, as `serve` does; give their port."""
    port = free_port()
    wanted = environment(ZIVWEB_SMTP_PORT=str(port), ZIVWEB_PROCESS="smtp", **settings)
    log = Path(os.environ["ZIVWEB_TEST_FOLDER"]) / "smtp.log"
    count = int(settings.get("ZIVWEB_SMTP_PROCESSES", "2"))
    running = [_start(["manage.py", "smtpd"], wanted, log) for _ in range(count)]
    try:
        for process in running:
            processes.wait_until(lambda: _listeners(port) == count, process, log)
        yield port
    finally:
        for process in running:
            processes.end(process, signal.SIGTERM, [])


def _listeners(port: int) -> int:
    """Return how many sockets listen on a port (Linux)."""
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return sum(f":{port:04X} " in line and " 0A " in line for line in lines)


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a process of the product."""
    names = ("PATH", "ZIVWEB_TEST_FOLDER", "DATABASE_URL", "CELERY_BROKER_URL")
    kept = {name: value for name, value in os.environ.items() if name.startswith("ZIVWEB_")}
    return kept | {name: os.environ[name] for name in names} | settings


def _start(arguments: list[str], wanted: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  the programs are our own
            [sys.executable, *arguments], cwd=ROOT, env=wanted, stdout=output, stderr=output
        )
