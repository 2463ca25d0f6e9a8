"""The servers of the tests start on a bare machine too, and never outlive the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.plugins import postgres, processes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
# A run that starts a server, says its address, and then hangs.
HANGING_RUN = """
import signal, sys
from tests.plugins import broker
sys.stdout.write(broker.start(*broker.find(wheel_only=True)).url + "\\n")
sys.stdout.flush()
signal.pause()
"""


@pytest.fixture
def wheel_postgres() -> Iterator[processes.Server]:
    server = postgres.start(postgres.find(wheel_only=True))
    yield server
    server.stop()


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def falls_silent(url: str) -> bool:
    deadline = time.monotonic() + 5
    while answers(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not answers(url)


def test_the_wheels_postgres_speaks_every_language(wheel_postgres: processes.Server) -> None:
    with psycopg.connect(wheel_postgres.url) as connection:
        lower = connection.execute("select lower('ZOË')").fetchone()

    assert lower == ("zoë",)


def test_a_stranger_cannot_use_the_tests_database(wheel_postgres: processes.Server) -> None:
    address = wheel_postgres.url.rpartition("@")[2]

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://zivweb:guess@{address}")


def test_a_killed_run_leaves_no_server_behind() -> None:
    run = subprocess.Popen([sys.executable, "-c", HANGING_RUN], cwd=ROOT, stdout=subprocess.PIPE)
    assert run.stdout is not None
    url = run.stdout.readline().decode().strip()
    assert answers(url)

    run.send_signal(signal.SIGKILL)
    run.communicate()

    assert falls_silent(url)


def test_what_a_killed_run_left_on_disk_is_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    monkeypatch.setattr(os, "getpid", lambda: ended.pid)
    folder = processes.new_folder(in_memory=False)

    processes.sweep_folders()

    assert not folder.exists()
