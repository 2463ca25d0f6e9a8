"""Programs are started, started again, and never outlive the supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.zivweb.programs import (
    DEAF,
    PARENT,
    SLEEPER,
    keeper_of,
    program,
    runs,
    wait_for,
)
from zivweb import supervisor
from zivweb.supervisor import Program, Supervisor, wait_before

ON_LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
# A supervisor in a process of its own, which shows its process id first.
ALONE = """
import os
from tests.zivweb.programs import PARENT, program
from zivweb.supervisor import Supervisor
print("self", os.getpid(), flush=True)
Supervisor([program(PARENT)], lambda line: print(line, flush=True)).run(lambda: True, lambda: None)
"""


Reaction = Callable[[str], None]


def signals(number: int) -> Reaction:
    """Return what sends this process, the supervisor's, a signal."""
    return lambda line: os.kill(os.getpid(), number)


def nothing(line: str) -> None:
    """Let the first time pass."""


class Watched:
    """A supervisor whose lines are kept, and cause something: in turn, when they hold a text."""

    def __init__(self, *programs: Program, on: dict[str, list[Reaction]]) -> None:
        self.lines: list[str] = []
        self._reactions = on
        self._supervisor = Supervisor(list(programs), self._take)

    def run(self, awaited: str) -> int:
        """Run; everything answers once a line holds the awaited text."""
        return self._supervisor.run(lambda: self.said(awaited), lambda: self._take("ready"))

    def said(self, text: str) -> bool:
        """Tell whether a line holds the text."""
        return any(text in line for line in self.lines)

    def ids(self) -> list[int]:
        """Return the process ids in the lines of PARENT."""
        lines = [line for line in self.lines if "| ids" in line]
        return [int(word) for line in lines for word in line.split()[-2:]]

    def _take(self, line: str) -> None:
        self.lines.append(line)
        for text, reactions in self._reactions.items():
            if text in line and reactions:
                reactions.pop(0)(line)


def test_a_line_carries_the_name_of_its_program() -> None:
    watched = Watched(program(SLEEPER, "smtp"), on={"ready": [signals(signal.SIGTERM)]})

    watched.run("up")

    assert "smtp | up" in watched.lines


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_on_request_is_clean(number: int) -> None:
    watched = Watched(program(SLEEPER), on={"ready": [signals(number)]})

    assert watched.run("up") == 0


def test_a_stop_before_everything_answers_is_clean() -> None:
    watched = Watched(program(SLEEPER), on={"up": [signals(signal.SIGTERM)]})

    assert watched.run("never") == 0
    assert not watched.said("ready")


@ON_LINUX
def test_a_stop_leaves_nothing() -> None:
    watched = Watched(program(PARENT), on={"ready": [signals(signal.SIGTERM)]})

    watched.run("ids")

    assert [runs(pid) for pid in watched.ids()] == [False, False]


def test_a_program_that_ends_starts_again() -> None:
    watched = Watched(
        program("print('up')", "beat"), on={"starts again": [nothing, signals(signal.SIGTERM)]}
    )

    watched.run("up")

    assert watched.lines.count("beat | up") == 2


@pytest.mark.parametrize(("ends", "seconds"), [(1, 0.5), (2, 1.0), (4, 4.0), (50, 30.0)])
def test_a_program_that_keeps_ending_rests_longer(ends: int, seconds: float) -> None:
    assert wait_before(ends) == seconds


@pytest.mark.slow
def test_a_program_that_cannot_start_ends_the_start() -> None:
    watched = Watched(program("raise SystemExit('no config')"), program(SLEEPER, "b"), on={})

    assert watched.run("never") == 1
    assert "web | no config" in watched.lines
    assert "web does not start" in watched.lines[-1]


def test_what_never_answers_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "START_PATIENCE", 0.5)
    watched = Watched(program(SLEEPER), on={})

    assert watched.run("never") == 1


def test_a_program_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_PATIENCE", 0.3)
    watched = Watched(program(DEAF), on={"ready": [signals(signal.SIGTERM)]})

    assert watched.run("deaf") == 0


def test_a_second_interrupt_kills_at_once() -> None:
    hears = "import signal, time\nsignal.signal(15, lambda *_: print('asked', flush=True))\n"
    code = f"{hears}print('up', flush=True)\nwhile True: time.sleep(1)"
    watched = Watched(
        program(code), on={"ready": [signals(signal.SIGINT)], "asked": [signals(signal.SIGINT)]}
    )

    assert watched.run("up") == 1


def test_a_program_that_others_need_stops_last() -> None:
    code = "import signal, time\nsignal.signal(15, lambda *_: exit('bye'))\nprint('up', flush=True)"
    code += "\ntime.sleep(600)"
    broker, web = program(code, "broker", last=True), program(code, "web")
    watched = Watched(broker, web, on={"ready": [signals(signal.SIGTERM)]})

    watched.run("web    | up")

    assert [line for line in watched.lines if "bye" in line] == ["web    | bye", "broker | bye"]


@ON_LINUX
def test_what_a_killed_program_started_ends_too() -> None:
    on = {"again": [signals(signal.SIGTERM)]}
    watched = Watched(program(PARENT), on=on)
    on["ready"] = [lambda _: os.kill(watched.ids()[0], signal.SIGKILL)]

    watched.run("ids")

    assert [runs(pid) for pid in watched.ids()] == [False, False]


@pytest.fixture
def alone() -> Iterator[subprocess.Popen[str]]:
    """Return a supervisor in a process of its own."""
    command = [sys.executable, "-c", ALONE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def ids_of(alone: subprocess.Popen[str]) -> list[int]:
    """Return its process id, its program's, and that of the program's own program."""
    assert alone.stdout
    words = f"{alone.stdout.readline()} {alone.stdout.readline()}".split()
    return [int(word) for word in words if word.isdigit()]


@ON_LINUX
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_the_supervisor(alone: subprocess.Popen[str], number: int) -> None:
    ids = ids_of(alone)

    alone.send_signal(number)

    assert len(ids) == 3
    assert wait_for(lambda: not any(map(runs, ids)), 60)


@ON_LINUX
def test_nothing_outlives_a_supervisor_whose_keeper_was_killed(
    alone: subprocess.Popen[str],
) -> None:
    ids = ids_of(alone)
    keeper = keeper_of(alone.pid)
    os.kill(keeper, signal.SIGKILL)
    wait_for(lambda: keeper_of(alone.pid) not in {0, keeper})

    alone.kill()

    assert wait_for(lambda: not any(map(runs, ids)), 60)
