"""The process that reads strangers' bytes: what it may take, and what becomes of it."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from flow.reader import Body, Bounds, ReaderFailed, TooComplex, ask, ask_all

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024
BOUNDS = Bounds(processor=1, seconds=60, memory=64 * MEGABYTE, output=MEGABYTE)
HASTY = Bounds(processor=1, seconds=0.1, memory=64 * MEGABYTE, output=MEGABYTE)
FORKED = """
import os, sys
sys.path.insert(0, ".")
from tests.flow.test_reader import pid
before = pid()
if os.fork() == 0:
    print(before != pid(), flush=True)
    os._exit(0)
os.wait()
print(before == pid())
"""
ASKED = """
import json, sys
sys.path.insert(0, ".")
from tests.flow.test_reader import said
print(json.dumps(said("environment")[0]))
"""
KILLED = """
import os, sys, threading
sys.path.insert(0, ".")
from tests.flow.test_reader import BOUNDS, pid, said
thread = threading.Thread(target=lambda: print(pid(), flush=True))
thread.start()
thread.join()
said("wait", 60)
"""


def said(function: str, asked: object = None, bounds: Bounds = BOUNDS) -> list[object]:
    """Return what a function of `tests.flow.reading` says."""
    answers = ask_all(f"tests.flow.reading:{function}", asked, Body(), bounds)
    return [answer.said for answer in answers]


def pid() -> int:
    """Return which process reads."""
    return int(str(said("process")[0]))


def runs(number: int) -> bool:
    """Tell whether there is such a process, dead ones that nobody asked for apart."""
    status = Path(f"/proc/{number}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def ends(number: int) -> bool:
    """Tell whether a process ends within some seconds."""
    until = time.monotonic() + 20
    while runs(number) and time.monotonic() < until:
        time.sleep(0.01)
    return not runs(number)


def script(text: str) -> "subprocess.Popen[str]":
    """Start a program of its own."""
    command = [sys.executable, "-c", text]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_bytes_come_back_as_they_went() -> None:
    blobs = (bytes(range(256)), b"", b"x" * 3 * MEGABYTE)
    large = Bounds(processor=1, seconds=60, memory=64 * MEGABYTE, output=4 * MEGABYTE)

    answer = ask("tests.flow.reading:echo", {"\ud800": [1, None]}, Body.of(*blobs), large)

    assert (answer.said, tuple(answer.blobs)) == ({"\ud800": [1, None]}, blobs)


def test_the_process_stays_for_the_next_call() -> None:
    assert pid() == pid()


@pytest.mark.parametrize(
    ("function", "asked"), [("hold", 80 * MEGABYTE), ("say", 2 * MEGABYTE), ("die", 3)]
)
def test_what_takes_too_much_is_too_complex(function: str, asked: int) -> None:
    with pytest.raises(TooComplex):
        said(function, asked)


@pytest.mark.slow
def test_what_takes_too_much_processor_time_is_too_complex() -> None:
    with pytest.raises(TooComplex, match="processor"):
        said("work", 4)


def test_what_does_not_answer_in_time_is_too_complex() -> None:
    with pytest.raises(TooComplex):
        said("wait", 30, HASTY)


@pytest.mark.parametrize("asked", [("hold", 48 * MEGABYTE), ("say", MEGABYTE // 2)])
def test_what_stays_within_the_bounds_is_answered(asked: tuple[str, int]) -> None:
    assert len(said(*asked)) == 1


@pytest.mark.parametrize(("function", "asked"), [("hold", 80 * MEGABYTE), ("die", 0), ("fail", 0)])
def test_the_next_call_is_answered_after_one_that_was_not(function: str, asked: int) -> None:
    with pytest.raises((TooComplex, ReaderFailed)):
        said(function, asked)

    assert said("count", 2) == [0, 1]


def test_a_process_that_was_killed_is_replaced() -> None:
    os.kill(pid(), signal.SIGKILL)

    assert said("count", 2) == [0, 1]


def test_the_next_process_goes_on_where_one_died() -> None:
    answers = said("die_once", {"to": 3, "pid": pid()})

    assert answers == [0, 1, 2, "done"]


def test_a_mistake_of_ours_is_none_of_the_input() -> None:
    with pytest.raises(ReaderFailed, match="IndexError"):
        said("fail")


def test_answers_that_nobody_waits_for_hold_up_nobody() -> None:
    with closing(ask_all("tests.flow.reading:count", 10**6, Body(), BOUNDS)) as answers:
        assert next(answers).said == 0

    assert said("count", 2) == [0, 1]


def test_each_thread_gets_its_own_answers() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: said("count", number), range(40)))

    assert found == [list(range(number)) for number in range(40)]


def test_a_reader_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZIVWEB_SECRET_KEY", "a secret of the tests")
    with script(ASKED) as program:
        found = program.communicate(timeout=60)[0]

    assert json.loads(found) == {
        "variables": ["LANG", "PATH", "PYTHONDONTWRITEBYTECODE"],
        "files": ["0", "1", "2", "3"],
    }


def test_a_reader_cannot_write_a_file(tmp_path: Path) -> None:
    with pytest.raises(ReaderFailed, match="OSError"):
        said("write", str(tmp_path / "written"))


def test_a_process_that_forks_has_readers_of_its_own() -> None:
    with script(FORKED) as program:
        assert program.communicate(timeout=60)[0].split() == ["True", "True"]


def test_a_reader_ends_with_its_process_and_not_with_its_thread() -> None:
    with script(KILLED) as program:
        assert program.stdout
        reader = int(program.stdout.readline())
        alive = runs(reader)
        program.kill()

    assert (alive, ends(reader)) == (True, True)
