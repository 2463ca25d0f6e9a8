"""Runs the whole suite in parts, two at a time: browsers and servers leave a processor waiting.

`python -m tests.parts` is what `make test` calls. Each line is printed as it comes, behind the
name of its part; the last lines of every part come once more at the end.
"""

import os
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

AT_ONCE = min(2, os.cpu_count() or 1)
SUMMARY_LINES = 15
ON_SQLITE = {"ZIVWEB_TEST_DATABASE_URL": "sqlite"}


@dataclass(frozen=True)
class Part:
    """Some of the tests: a marker expression of pytest, and what its environment adds."""

    name: str
    markers: str
    environment: dict[str, str]


# The longest first.
PARTS = (
    Part("servers", "not browser", {}),
    Part("browser", "browser", {}),
    Part("sqlite", "journey or races", ON_SQLITE),
)


def main() -> int:
    """Run every part; 0 when all of them passed."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(_run, PARTS))
    for part, (code, last) in zip(PARTS, results, strict=True):
        print(f"--- {part.name}: {'passed' if code == 0 else f'FAILED (exit {code})'}")  # noqa: T201
        print("".join(last), end="")  # noqa: T201
    return max(code for code, _last in results)


def _run(part: Part) -> tuple[int, list[str]]:
    """Run one part; give its exit code and its last lines."""
    command = [sys.executable, "-m", "pytest", "-m", part.markers]
    last: deque[str] = deque(maxlen=SUMMARY_LINES)
    with subprocess.Popen(
        command,
        env=os.environ | part.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(f"{part.name} | {line}", end="", flush=True)  # noqa: T201
            last.append(line)
    return process.returncode, list(last)


if __name__ == "__main__":
    sys.exit(main())
