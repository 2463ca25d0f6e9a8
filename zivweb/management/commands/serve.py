"""`manage.py serve`: web, monitoring, four workers, beat, SMTP and a broker at once."""

import http.client
import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from flow import engine
from zivweb import banner, broker, preparation
from zivweb.celery import LONG, OUTBOUND, QUEUES, TEXTS, app
from zivweb.shares import THREADS
from zivweb.supervisor import Program, Supervisor

PATIENCE = 1.0  # seconds for an answer, while everything starts


class Command(BaseCommand):
    """Prepares the data directory and the database, and runs until Ctrl-C or SIGTERM."""

    help = "Runs zivweb: web, workers, beat, SMTP, and a broker unless CELERY_BROKER_URL is set."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Exits with 0 after a clean stop; what cannot be used is one line and exit 1."""
        try:
            code = serve()
        except KeyboardInterrupt:
            code = 1
        sys.exit(code)


def serve() -> int:
    """Prepare, run and stop. Returns the exit code. Raises Stop."""
    ports = {
        "ZIVWEB_HTTP_PORT": settings.HTTP_PORT,
        "ZIVWEB_SMTP_PORT": settings.SMTP_PORT,
        "ZIVWEB_MONITORING_PORT": settings.MONITORING_PORT,
    }
    with preparation.own_data_dir() as folder:
        preparation.require_ports(settings.BIND, ports)
        preparation.require_sms_gateways()
        preparation.require_localhost(settings.BASE_URL, settings.HTTP_PORT)
        say("zivweb: preparing the database and the pages")
        app.conf.update(broker_url="memory://localhost")  # nobody to wake runs yet
        preparation.prepare_database()
        preparation.collect_pages()
        programs, url = [], os.environ.get("CELERY_BROKER_URL", "")
        if not url:
            embedded = broker.prepare(folder / "broker", say)
            programs, url = [embedded.program], embedded.url
        programs += our_programs(folder, url)
        chosen = {
            "http_port": settings.HTTP_PORT,
            "smtp_port": settings.SMTP_PORT,
            "monitoring_port": settings.MONITORING_PORT,
            "broker": url,
        }
        with preparation.written_down(chosen):
            code = Supervisor(programs, say).run(everything_answers, announce)
    if code == 0:
        say("zivweb: stopped. Start again with: make run")
    return code


def our_programs(folder: Path, broker_url: str) -> list[Program]:
    """Return the processes that run our own code."""
    celery = ["-m", "celery", "--quiet", "-A", "zivweb"]
    # One writer at a time: on SQLite more processes only wait for each other.
    web_workers = 1 if engine.one_writer() else 2
    commands = {
        "web": _granian("zivweb.wsgi", settings.HTTP_PORT, web_workers, THREADS),
        "monitoring": _granian("zivweb.monitoring", settings.MONITORING_PORT, workers=1, threads=4),
        "worker": [*celery, *_worker("celery")],
        OUTBOUND: [*celery, *_worker(OUTBOUND)],
        **{queue: [*celery, *_worker(queue, pool="solo")] for queue in (TEXTS, LONG)},
        "beat": [
            *(*celery, "beat", "--loglevel", "WARNING"),
            *("--schedule", str(folder / "beat-schedule")),
        ],
    }
    commands |= {name: ["manage.py", "smtpd"] for name in _smtp_names()}
    shared = {
        "CELERY_BROKER_URL": broker_url,
        # A block this large goes back to the system when it is freed (glibc, mallopt(3)): a process
        # that had a large mail in its hands is small again.
        "MALLOC_MMAP_THRESHOLD_": str(256 * 1024),
        "PYTHONUNBUFFERED": "1",
        # Celery fears root for the sake of pickle, which we do not take.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }
    return [
        Program(
            name,
            [sys.executable, *arguments],
            settings.BASE_DIR,
            shared | {"ZIVWEB_PROCESS": "worker" if name in QUEUES else name.split("-")[0]},
        )
        for name, arguments in commands.items()
    ]


def _granian(module: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        *("-m", "granian", "--interface", "wsgi", f"{module}:application"),
        *("--host", settings.BIND, "--port", str(port), "--no-ws"),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--no-access-log"),
        *("--http1-header-read-timeout", "10000"),
        # Its one warning is that there are more threads than cores: most of them wait.
        *("--log-level", "error", "--workers-kill-timeout", "5"),
    ]


def _smtp_names() -> list[str]:
    """Return the processes that take mail in; the system divides the connections among them."""
    count = settings.SMTP_PROCESSES
    return ["smtp"] if count == 1 else [f"smtp-{number}" for number in range(1, count + 1)]


def _worker(queue: str, pool: str = "") -> list[str]:
    """Return the arguments of Celery for a worker of this queue."""
    pool = pool or ("threads" if engine.one_writer() else "prefork")
    return [
        *("worker", "--queues", queue, "--hostname", f"{queue}@%h"),
        *("--loglevel", "WARNING", "--pool", pool, "--concurrency", "2"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def everything_answers() -> bool:
    """Tell whether web and monitoring answer that it is well, and the SMTP port greets."""
    ports = (settings.HTTP_PORT, settings.MONITORING_PORT)
    return all(_is_healthy(port) for port in ports) and _smtp_greets()


def _is_healthy(port: int) -> bool:
    web = http.client.HTTPConnection(banner.host(), port, timeout=PATIENCE)
    try:
        web.request("GET", "/healthz")
        return web.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def _smtp_greets() -> bool:
    address = (banner.host(), settings.SMTP_PORT)
    try:
        with socket.create_connection(address, timeout=PATIENCE) as session:
            greeting = session.recv(512)
            session.sendall(b"QUIT\r\n")
            return greeting.startswith(b"220")
    except OSError:
        return False


def announce() -> None:
    """Print how to use it."""
    say(banner.text())


def say(line: str) -> None:
    """Print a line. Nobody reading any more is no reason to stop."""
    try:
        os.write(sys.stdout.fileno(), f"{line}\n".encode())
    except BrokenPipeError:
        return
