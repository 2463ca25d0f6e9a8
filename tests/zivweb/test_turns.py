"""Writers to SQLite take turns, among all processes of the machine."""

import errno
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError

from zivweb.sqlite.turns import Turns, Urgent

HOLD = """
import sys, time
from zivweb.sqlite.turns import Turns
with Turns(sys.argv[1], 1.0).mine():
    print("mine", flush=True)
    time.sleep(60)
"""


FORK = """
import os, sys, time
from zivweb.sqlite.turns import Turns
with Turns(sys.argv[1], 1.0).mine():
    child = os.fork()
    if child == 0:
        time.sleep(60)
with Turns(sys.argv[1], 0.1).mine():
    print("mine again", flush=True)
os.kill(child, 9)
"""


def test_one_has_the_turn_at_a_time(tmp_path: Path) -> None:
    with Turns(str(tmp_path / "turn"), 1.0).mine():
        late = Turns(str(tmp_path / "turn"), 0.0).mine()
        with pytest.raises(OperationalError, match="no turn"), late:
            pytest.fail("two have it")


def test_a_turn_that_is_over_is_the_next_ones(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "turn"), 0.0)
    with pytest.raises(ValueError, match="broken off"), turns.mine():
        raise ValueError("broken off")

    with turns.mine():
        pass


def test_a_process_that_is_killed_gives_its_turn_back(tmp_path: Path) -> None:
    path = str(tmp_path / "turn")
    command = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        os.kill(other.pid, signal.SIGKILL)

    with Turns(path, 1.0).mine():
        pass


def test_a_fork_keeps_no_turn(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FORK, str(tmp_path / "turn")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.stdout == "mine again\n"


def test_no_turns_are_taken_where_there_can_be_no_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Turns(str(tmp_path / "missing" / "turn"), 0.0).mine():
        pass

    assert "take no turns: No such file" in caplog.text


def test_no_turns_are_taken_where_files_cannot_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_file: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)

    with Turns(str(tmp_path / "turn"), 0.0).mine():
        pass

    assert "take no turns: No locks" in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
def test_a_turn_that_root_takes_first_is_the_services_too(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)

    with Turns(str(tmp_path / "turn"), 0.0).mine():
        pass

    assert (tmp_path / "turn").stat().st_uid == 65534


def test_what_is_urgent_asks_until_the_lock_is_free(tmp_path: Path) -> None:
    asked: list[None] = []
    with (
        closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as other,
        closing(sqlite3.connect(tmp_path / "db", isolation_level=None, timeout=0)) as urgent,
    ):
        other.execute("BEGIN IMMEDIATE")

        def write() -> None:
            asked.append(None)
            _ = len(asked) == 3 and other.execute("COMMIT")
            urgent.execute("CREATE TABLE written (id)")

        Urgent(5.0).write(write)

    assert len(asked) == 3


def test_what_is_urgent_gives_up_in_the_end(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as other,
        closing(sqlite3.connect(tmp_path / "db", isolation_level=None, timeout=0)) as urgent,
    ):
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Urgent(0.0).write(lambda: urgent.execute("CREATE TABLE written (id)"))


def test_an_error_that_is_no_lock_is_told_at_once(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as urgent,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
    ):
        Urgent(60.0).write(lambda: urgent.execute("DELETE FROM missing"))
