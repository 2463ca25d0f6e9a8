"""Starts a server for the tests that never outlives them, whatever ends the tests."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

PREFIX = "zivweb-test-"
PATIENCE = 30.0  # seconds for a server to come up, or to go down
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - made with mkdtemp in there, never by name
ENOUGH_MEMORY = 512 * 1024 * 1024
SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)


class ServerError(RuntimeError):
    """A test server did not come up; the text holds what it logged."""


class Account(TypedDict, total=False):
    """Whose rights a child has; empty: the rights of this process."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Server:
    """A running server: its address, what it is, and how to end it."""

    url: str
    label: str
    stop: Callable[[], None]


def die_with_parent(signal_number: int) -> Callable[[], None] | None:
    """Return what a child must run before its program, so that it ends with its parent."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        library.prctl(SET_PARENT_DEATH_SIGNAL, signal_number)

    return prepare


def account() -> Account:
    """Return the arguments that make a child run without root's rights, {} for anyone else."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def start(command: list[str], log: Path, *, user: Account, stop: int) -> subprocess.Popen[bytes]:
    """Start a server. It gets the signal `stop` when this process ends in any way."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=log.parent,
            start_new_session=True,
            preexec_fn=die_with_parent(stop),
            **user,
        )


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    """Return as soon as the server answers. Raises ServerError when it ended or stays silent."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return
        time.sleep(0.02)
    raise ServerError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")


def end(process: subprocess.Popen[bytes], signal_number: int, folders: list[Path]) -> None:
    """Stop a server, by force after a while, and remove its folders."""
    process.send_signal(signal_number)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def answers(port: int) -> bool:
    """Tell whether something listens on this loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def new_folder(*, in_memory: bool) -> Path:
    """Make a folder that is named after this process, so that a later run can sweep it."""
    roomy = in_memory and os.access(SHARED_MEMORY, os.W_OK)
    roomy = roomy and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH_MEMORY
    parent = SHARED_MEMORY if roomy else Path(tempfile.gettempdir())
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))


def sweep_folders() -> None:
    """Remove the folders of test runs that were killed."""
    for parent in {SHARED_MEMORY, Path(tempfile.gettempdir())}:
        for folder in parent.glob(f"{PREFIX}*-*"):
            if not _runs(folder.name.removeprefix(PREFIX).partition("-")[0]):
                shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
