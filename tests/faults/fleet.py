"""Two machines' worth of processes, as docs/operations.md starts them, behind a load balancer."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery import Celery

from tests.faults.balancer import Balancer
from tests.faults.servers import Broker, Database
from tests.plugins import processes
from tests.product import ROOT, Product, wait_for
from zivweb.broker import free_port
from zivweb.celery import BEAT, LONG, QUEUES, TEXTS
from zivweb.celery import app as product_app
from zivweb.shares import THREADS

PREPARE = """
import django
django.setup()
from zivweb import preparation
preparation.prepare_database()
preparation.collect_pages()
"""
CELERY = ["-m", "celery", "--quiet", "-A", "zivweb"]
POOL, ALONE_POOL = ["--concurrency", "2"], ["--pool", "solo"]
QUIET = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
GRANIAN = [
    *("-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "warning"),
    *("--workers-kill-timeout", "5", "--http1-header-read-timeout", "10000"),
]
ROLES = ("web", "monitoring", "smtp", *QUEUES)  # of each machine, as `manage.py serve` has them
ALONE = {TEXTS, LONG}  # workers of one process
MACHINES = ("one", "two")


class Member:
    """A process of the fleet; the keeper of the fleet starts it again when it ends."""

    def __init__(self, role: str, machine: str, environment: dict[str, str], log: Path) -> None:
        self.role, self.machine = role, machine
        self.http, self.smtp = free_port(), free_port()
        process = "worker" if role in QUEUES else role
        ports = {"ZIVWEB_HTTP_PORT": str(self.http), "ZIVWEB_SMTP_PORT": str(self.smtp)}
        self.environment = environment | ports | {"ZIVWEB_PROCESS": process}
        self._log = log
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        self.started = time.monotonic()
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command()],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGKILL),
            )

    def kill(self) -> None:
        """Kill it and its own children without warning."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to stop, as a service manager does."""
        if self.process is not None:
            self.process.terminate()

    def ended(self) -> bool:
        """Tell whether it does not run."""
        return self.process is None or self.process.poll() is not None

    def answers(self) -> bool:
        """Tell whether its port takes connections; without a port, whether it has been started."""
        port = {"web": self.http, "monitoring": self.http, "smtp": self.smtp}.get(self.role)
        if port is None:
            return not self.ended()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    def command(self) -> list[str]:
        """Return how it is started."""
        if self.role in QUEUES:
            pool = ALONE_POOL if self.role in ALONE else POOL
            name = f"{self.role}-{self.machine}@test"
            return [*CELERY, "worker", "-Q", QUEUES[self.role], "-n", name, *pool, *QUIET]
        schedule = str(Path(self.environment["ZIVWEB_DATA_DIR"]) / "beat-schedule")
        return {
            "web": [*GRANIAN, *_serving("zivweb.wsgi", self.http, THREADS)],
            "monitoring": [*GRANIAN, *_serving("zivweb.monitoring", self.http, 4)],
            "beat": [*CELERY, "beat", "--loglevel", "WARNING", "--schedule", schedule],
            "smtp": ["manage.py", "smtpd"],
        }[self.role]


def _serving(module: str, port: int, threads: int) -> list[str]:
    return [f"{module}:application", "--port", str(port), "--blocking-threads", str(threads)]


class Fleet(Product):
    """Two of everything, one beat, and a PostgreSQL and a Redis that may be killed too."""

    def __init__(self, folder: Path, cluster: Path) -> None:
        self.database, self.broker = Database(cluster), Broker(folder)
        super().__init__(folder, self.database.url)
        (folder / "data").mkdir(mode=0o700)
        self.faults = folder / "faults"
        self.faults.mkdir()
        self.environment |= {
            "CELERY_BROKER_URL": self.broker.url,
            "DJANGO_SETTINGS_MODULE": "zivweb.settings",
            "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),  # as `serve` and the units have it
            "PYTHONPATH": str(Path(__file__).parent / "failing"),
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
            "ZIVWEB_TEST_FAULTS": str(self.faults),
        }
        places = [(role, machine) for role in ROLES for machine in MACHINES] + [("beat", "one")]
        self.members = [Member(*place, self.environment, self.log) for place in places]
        self.balancers = {
            "web": Balancer(self.http, [member.http for member in self.of("web")]),
            "smtp": Balancer(self.smtp, [member.smtp for member in self.of("smtp")]),
        }
        self._held: set[Member] = set()
        self._celery = Celery(broker=self.broker.url)
        self._swept = 0.0
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep)

    def of(self, role: str) -> list[Member]:
        """Return the processes of a role."""
        return [member for member in self.members if member.role == role]

    def on(self, machine: str) -> list[Member]:
        """Return the processes of a machine."""
        return [member for member in self.members if member.machine == machine]

    def restart(self, machine: str) -> None:
        """Restart the processes of a machine as its service manager does, until all answer."""
        members = self.on(machine)
        first = [member.process for member in members]
        for member in members:
            member.terminate()
        wait_for("the end of each", lambda: all(one and one.poll() is not None for one in first))
        wait_for("each again", lambda: all(member.answers() for member in members))

    def start(self) -> None:
        """Prepare the database, start everything, and wait until it answers."""
        self.sink.start()
        threading.Thread(target=self.gateway.serve_forever, daemon=True).start()
        environment = self.environment | {"PYTHONPATH": ""}
        subprocess.run([sys.executable, "-c", PREPARE], env=environment, cwd=ROOT, check=True)
        for balancer in self.balancers.values():
            balancer.start()
        self._keeper.start()
        wait_for("the start of the fleet", self._is_up)

    def stop(self) -> None:
        """Stop everything, the hard way."""
        self._over.set()
        self._keeper.join()
        for balancer in self.balancers.values():
            balancer.stop()

    def close(self) -> None:
        """Stop, and end what stands around it."""
        super().close()
        self.broker.kill()
        self.database.close()

    def kill(self, name: str) -> None:
        """Kill one process of a role, each in turn; it is started again at once."""
        oldest = min(self.of(name), key=lambda member: member.started)
        oldest.kill()

    def sweep(self) -> None:
        """Have every sweep of beat come now, but not more often than a few times a second."""
        if time.monotonic() > self._swept + 0.3 and self.broker.answers():
            self._swept = time.monotonic()
            for task in BEAT:
                self.send_task(task)

    def send_task(self, name: str, **options: Any) -> None:
        """Send a task to the workers, as `wake` and beat do."""
        queue = product_app.amqp.router.route({}, name)["queue"].name
        self._celery.send_task(name, queue=queue, ignore_result=True, **options)

    def arm(self, step: str, what: str) -> None:
        """Have the first process that reaches a step (see `failing`) do this."""
        (self.faults / f"{step}.struck").unlink(missing_ok=True)
        (self.faults / step).write_text(what)

    def has_struck(self, step: str) -> bool:
        """Tell whether a process reached the step since it was armed."""
        return (self.faults / f"{step}.struck").exists()

    def wait_for_strike(self, step: str) -> None:
        """Wait until a process has reached the step."""
        wait_for(f"step {step}", lambda: self.has_struck(step))

    @contextlib.contextmanager
    def held_down(self, *members: Member) -> Iterator[None]:
        """Let these not be started again for a while."""
        self._held |= set(members)
        try:
            yield
        finally:
            self._held -= set(members)

    def _keep(self) -> None:
        """Start what does not run, until the end; then kill it all."""
        while not self._over.wait(0.05):
            for member in self.members:
                if member.ended() and member not in self._held:
                    member.start()
        for member in self.members:
            member.kill()

    def _is_up(self) -> bool:
        return self._answers()


@contextlib.contextmanager
def running_fleet(folder: Path) -> Iterator[Fleet]:
    """Run a fleet; its database is in memory where there is room."""
    fleet = Fleet(folder, processes.new_folder(in_memory=True))
    try:
        fleet.start()
        yield fleet
    finally:
        fleet.close()
