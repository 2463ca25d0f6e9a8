"""`manage.py serve` for real, in a data directory of its own."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.zivweb.programs import parent_of, processes_of, wait_for
from zivweb.broker import free_port

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "manage.py", "serve"]
# Every variable that decides how it runs: none of them is the developer's.
NAMES = (
    "CELERY_BROKER_URL",
    "DATABASE_URL",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_URL",
    "SMS_URL",
)
KEYS = {
    "ZIVWEB_SECRET_KEY": "the tests sign with this key, and nothing else does",
    "ZIVWEB_ENCRYPTION_KEYS": "dGhlIGtleSB0aGF0IHRoZSB0ZXN0cyBzZWFsIHdpdGg=",
}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the variables of a demo in this data directory, on ports that are free."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith("ZIVWEB_")}
    for name in NAMES:
        ours.pop(name, None)
    return ours | KEYS | {
        "ZIVWEB_ENV_FILE": os.devnull,
        "ZIVWEB_DEMO": "1",
        "ZIVWEB_DATA_DIR": str(folder),
        "ZIVWEB_HTTP_PORT": str(free_port()),
        "ZIVWEB_SMTP_PORT": str(free_port()),
        "ZIVWEB_MONITORING_PORT": str(free_port()),
        **more,
    }  # fmt: skip


class Serving:
    """One that runs; what it printed is in `log`."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder = folder
        self.environment = environment(folder, **more)
        self._log = folder.with_suffix(".log")
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                SERVE, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    @property
    def log(self) -> str:
        """What it printed until now."""
        return self._log.read_text()

    def line(self, text: str) -> str:
        """Return the first printed line that holds the text."""
        return next(line.strip() for line in self.log.splitlines() if text in line)

    def health(self, which: str = "HTTP") -> int:
        """Return the status of /healthz at this port, 0 when nobody answers."""
        web = http.client.HTTPConnection("127.0.0.1", self.port(which), timeout=60)
        try:
            web.request("GET", "/healthz")
            return web.getresponse().status
        except OSError:
            return 0
        finally:
            web.close()

    def greeting(self) -> bytes:
        """Return how the SMTP port greets, nothing when nobody answers."""
        try:
            with socket.create_connection(("127.0.0.1", self.port("SMTP")), 5) as session:
                return session.recv(3)
        except OSError:
            return b""

    def port(self, which: str) -> int:
        """Return the port for HTTP, SMTP or MONITORING."""
        return int(self.environment[f"ZIVWEB_{which}_PORT"])

    def processes(self, part: str = "") -> dict[int, str]:
        """Return what runs in its data directory and has this in its command line."""
        found = processes_of(self.folder)
        return {pid: command for pid, command in found.items() if part in command}

    def children(self, part: str) -> list[int]:
        """Return its own children that have this in their command line."""
        return [pid for pid in self.processes(part) if parent_of(pid) == self.process.pid]

    def mailbox(self) -> str:
        """Return the demo mailbox as JSON."""
        page = self.line("Demo mailbox").split()[2].removesuffix("/")
        return self.run(f"curl -sS {page}.json").stdout

    def run(self, line: str) -> "subprocess.CompletedProcess[str]":
        """Run a line that it printed, beside it."""
        command = ["sh", "-c", line]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[Serving]:
    """Start it, wait until it says that it runs, and leave nothing of it."""
    serve = Serving(folder, **more)
    try:
        assert wait_for(lambda: "zivweb runs." in serve.log, 300), serve.log
        yield serve
    finally:
        serve.process.kill()
        serve.process.wait()
        assert wait_for(lambda: not serve.processes(), 60), serve.processes()
