"""Starts programs, starts them again when they end, and stops them: none outlives this process.

One thread does it all: Linux ends a child with the *thread* that started it.
"""

import ctypes
import io
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from zivweb.keeper import Keeper, kill_group

START_PATIENCE = 90.0  # seconds for everything to answer after the start
STOP_PATIENCE = 7.0  # seconds for programs to stop by themselves
STEADY = 10.0  # seconds of life after which an end counts as the first one
TRIES = 3  # ends before everything answers, after which the start has failed
TICK = 0.2
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
LINE_BYTES = 64 * 1024
SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `last`: others need it, so it is stopped after them."""

    name: str
    command: list[str]
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    last: bool = False


@dataclass(slots=True)
class Child:
    """A program with the process that runs it now, or the time at which it starts again."""

    program: Program
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    ends: int = 0
    rest: bytes = b""


class Supervisor:
    """Runs programs until SIGINT, SIGTERM or SIGHUP; `say` gets every line to show."""

    def __init__(self, programs: list[Program], say: Callable[[str], None]) -> None:
        self._children = [Child(program) for program in programs]
        self._width = max(len(program.name) for program in programs)
        self._say = say
        self._selector = selectors.DefaultSelector()
        self._interrupts = 0
        self._stopping = False

    def run(self, ready: Callable[[], bool], announce: Callable[[], None]) -> int:
        """Run until a signal. Returns 0 after a clean stop, 1 when it failed or was forced.

        `announce` is called once, as soon as `ready` says that everything answers.
        """
        self._keeper = Keeper()
        with self._signals():
            try:
                started = self._start(ready)
                if started and not self._stopping:
                    announce()
                while started and not self._stopping:
                    self._turn(self._next_wait())
            finally:
                self._stop()
                self._keeper.close()
        return 0 if started and self._interrupts < 2 else 1

    def _start(self, ready: Callable[[], bool]) -> bool:
        """Start everything. Returns False when that fails, True also when a signal came first."""
        deadline = time.monotonic() + START_PATIENCE
        look = 0.0
        while not self._stopping:
            self._turn(TICK)
            broken = next((child for child in self._children if child.ends >= TRIES), None)
            if broken:
                self._say(f"zivweb: {broken.program.name} does not start, its lines above say why")
                return False
            if time.monotonic() > deadline:
                self._say(f"zivweb: not everything answers after {START_PATIENCE:.0f} seconds")
                return False
            if time.monotonic() >= look and ready():
                return True
            look = max(look, time.monotonic() + TICK)
        return True

    def _turn(self, wait: float | None) -> None:
        """Wait for something to happen (at most so many seconds), then do what it asks for."""
        self._keeper.mend()
        for child in self._children:
            if not self._stopping and not child.process and child.due <= time.monotonic():
                self._launch(child)
        for key, _ in self._selector.select(wait):
            self._pass_on(key)
        for child in self._children:
            if child.process and child.process.poll() is not None:
                self._bury(child, child.process)

    def _next_wait(self) -> float | None:
        due = [child.due for child in self._children if not child.process]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _launch(self, child: Child) -> None:
        program = child.program
        child.started = time.monotonic()
        child.process = subprocess.Popen(  # noqa: S603  the programs are our own
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=program.folder,
            env=os.environ | program.environment,
            bufsize=0,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
        self._keeper.watch(child.process.pid)
        if child.process.stdout:
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _bury(self, child: Child, process: "subprocess.Popen[bytes]") -> None:
        """Kill what the program left behind, and plan its next start."""
        kill_group(process.pid)
        self._keeper.forget(process.pid)
        child.process = None
        lived = time.monotonic() - child.started
        child.ends = 1 if lived > STEADY else child.ends + 1
        wait = wait_before(child.ends)
        child.due = time.monotonic() + wait
        if not self._stopping:
            how = _ending(process.returncode)
            self._show(child, f"{how}, starts again in {wait:g} seconds")

    def _pass_on(self, key: selectors.SelectorKey) -> None:
        """Show the complete lines of what a program wrote, or take note of a signal."""
        data = os.read(key.fd, LINE_BYTES)
        child = key.data
        if child is None:
            return
        *lines, child.rest = (child.rest + data).split(b"\n")
        if not data or len(child.rest) > LINE_BYTES:
            lines.append(child.rest)
            child.rest = b""
        if not data and isinstance(key.fileobj, io.IOBase):
            self._selector.unregister(key.fileobj)
            key.fileobj.close()
        for line in filter(None, lines):
            self._show(child, line.decode(errors="replace").rstrip())

    def _show(self, child: Child, line: str) -> None:
        """Say which program wrote a line; one of JSON says so itself."""
        if line.startswith("{"):
            self._say(line)
            return
        self._say(f"{child.program.name:<{self._width}} | {line}")

    def _stop(self) -> None:
        """Stop everything: by request, then, for what does not listen, by force."""
        self._stopping = True
        others = [child for child in self._children if not child.program.last]
        self._end(others)
        self._end([child for child in self._children if child.program.last])
        deadline = time.monotonic() + TICK
        while len(self._selector.get_map()) > 1 and time.monotonic() < deadline:
            self._turn(TICK)
        self._selector.close()

    def _end(self, children: list[Child]) -> None:
        deadline = time.monotonic() + STOP_PATIENCE
        running = [child.process for child in children if child.process]
        for process in running:
            process.terminate()
        while any(child.process for child in children):
            if self._interrupts > 1 or time.monotonic() > deadline:
                for process in running:
                    kill_group(process.pid)
                deadline = float("inf")
            self._turn(TICK)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Let signals end the waiting instead of the process."""
        inner, outer = socket.socketpair()
        inner.settimeout(0)
        outer.settimeout(0)
        self._selector.register(outer, selectors.EVENT_READ)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        before = {number: signal.signal(number, self._take_note) for number in numbers}
        fd = signal.set_wakeup_fd(inner.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(fd)
            for number, handler in before.items():
                signal.signal(number, handler)
            inner.close()
            outer.close()

    def _take_note(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        self._stopping = True
        if number == signal.SIGINT:
            self._interrupts += 1


def wait_before(ends: int) -> float:
    """Return for how many seconds a program rests that ended so many times in a row."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(ends - 1, 10))


def _ending(code: int) -> str:
    return f"ended with {code}" if code >= 0 else f"was ended by signal {-code}"


def die_with(parent: int) -> Callable[[], None] | None:
    """Return what a child runs before its program, so that it ends with its parent (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        library.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
