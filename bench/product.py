"""The product's own processes, on the database of the benchmarks."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.plugins import processes
from zivweb.broker import free_port

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def smtp_server(**settings: str) -> Iterator[int]:
    """Run the processes that take mail in, as `serve` does; give their port."""
    with smtp_processes(**settings) as (port, _):
        yield port


@contextmanager
def smtp_processes(**settings: str) -> Iterator[tuple[int, list[int]]]:
    """Do the same; give the port and the ids of the processes."""
    port = free_port()
    wanted = environment(ZIVWEB_SMTP_PORT=str(port), ZIVWEB_PROCESS="smtp", **settings)
    count = int(settings.get("ZIVWEB_SMTP_PROCESSES", "2"))
    with ExitStack() as stack:
        started = [
            stack.enter_context(_running(["manage.py", "smtpd"], wanted)) for _ in range(count)
        ]
        for process in started:
            processes.wait_until(lambda: _listeners(port) == count, process, _log())
        yield port, [process.pid for process in started]


@contextmanager
def worker(queue: str, **settings: str) -> Iterator[int]:
    """Run a worker with one process for its tasks; give the id of the one above it."""
    wanted = environment(
        ZIVWEB_PROCESS="worker", DJANGO_SETTINGS_MODULE="zivweb.settings", **settings
    )
    command = ["-m", "celery", "--quiet", "-A", "zivweb", "worker", "-Q", queue, "-c", "1"]
    command += ["-n", f"{queue}@bench", "--without-gossip", "--without-mingle"]
    with _running([*command, "--loglevel", "WARNING"], wanted) as process:
        yield process.pid


def _listeners(port: int) -> int:
    """Return how many sockets listen on a port (Linux)."""
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return sum(f":{port:04X} " in line and " 0A " in line for line in lines)


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of a process of the product."""
    names = ("PATH", "ZIVWEB_TEST_FOLDER", "DATABASE_URL", "CELERY_BROKER_URL")
    kept = {name: value for name, value in os.environ.items() if name.startswith("ZIVWEB_")}
    return kept | {name: os.environ[name] for name in names} | settings


def _log() -> Path:
    return Path(os.environ["ZIVWEB_TEST_FOLDER"]) / "product.log"


@contextmanager
def _running(arguments: list[str], wanted: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = _start(arguments, wanted, _log())
    try:
        yield process
    finally:
        processes.end(process, signal.SIGTERM, [])


def _start(arguments: list[str], wanted: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  the programs are our own
            [sys.executable, *arguments], cwd=ROOT, env=wanted, stdout=output, stderr=output
        )
