"""Small programs for a supervisor, and a look at what still runs."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from zivweb.supervisor import Program

PATIENCE = 60.0
# A program that starts one of its own, and says the ids of both.
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("ids", os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
SLEEPER = "print('up', flush=True); import time; time.sleep(600)"


def program(code: str, name: str = "web", *, last: bool = False) -> Program:
    """Return a program of a few lines."""
    return Program(name, [sys.executable, "-c", code], Path.cwd(), last=last)


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait until it is true; tell whether it became so in time."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def runs(pid: int) -> bool:
    """Tell whether a process does something still (one that only waits to be buried does not)."""
    return _status(pid)[0] not in {"Z", "X"}


def keeper_of(pid: int) -> int:
    """Return the keeper of a supervisor, 0 when there is none."""
    for process in Path("/proc").glob("[0-9]*"):
        if parent_of(int(process.name)) == pid and "keeper.py" in command_of(process):
            return int(process.name)
    return 0


def parent_of(pid: int) -> int:
    """Return the process that a process is a child of, 0 when it is gone."""
    return int(_status(pid)[1])


def command_of(process: Path) -> str:
    """Return the command line in a folder of /proc, empty when the process is gone."""
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


def _status(pid: int) -> list[str]:
    """Return state, parent and so on (proc(5)), X when the process is gone."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ["X", "0"]
    return status.rpartition(")")[2].split()


def processes_of(folder: Path) -> dict[int, str]:
    """Return the processes with this data directory in their environment, or working in it."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"ZIVWEB_DATA_DIR={folder}".encode() in (process / "environ").read_bytes()
            ours = ours or (process / "cwd").readlink().is_relative_to(folder)
        except OSError:
            continue
        if ours and runs(int(process.name)):
            found[int(process.name)] = command_of(process)
    return found
