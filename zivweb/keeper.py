"""Ends the programs of a supervisor that is gone. Its file runs alone, in a process beside it.

A child dies with its parent where Linux is asked for it; the children of that child do not.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path


class Keeper:
    """The supervisor's side: says which process groups there are.

    The pipe to the other process closes with this one, whatever ends it.
    """

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process = _start()

    def watch(self, group: int) -> None:
        """End this process group if the supervisor is gone."""
        self._groups.add(group)
        self._tell(f"+{group}")

    def forget(self, group: int) -> None:
        """The supervisor ended it itself."""
        self._groups.discard(group)
        self._tell(f"-{group}")

    def mend(self) -> None:
        """Start the process again when somebody killed it."""
        if self._process.poll() is None:
            return
        self._process = _start()
        for group in self._groups:
            self._tell(f"+{group}")

    def close(self) -> None:
        """End the process; it ends what is still watched."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin:
            with contextlib.suppress(OSError):  # it is gone: `mend` tells its successor
                self._process.stdin.write(f"{line}\n".encode())


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603  our own file
        [sys.executable, "-I", "-S", str(Path(__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,
    )


def kill_group(group: int) -> None:
    """Kill every process of the group; that there is none is no error."""
    with contextlib.suppress(OSError):
        os.killpg(group, signal.SIGKILL)


def main() -> None:
    """Read which groups there are, until the supervisor ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        change = groups.add if line.startswith("+") else groups.discard
        change(int(line[1:]))
    for group in groups:
        kill_group(group)


if __name__ == "__main__":
    main()
