"""Runs the whole suite in parts, three at a time: browsers, killed servers and what waits for them
leave processors idle.

`python -m tests.parts` is what `make test` calls; with `quick`, for `make quick`, it leaves out
what is slow, in two halves that take about as long as each other. Each line is printed as it
comes, behind the name of its part. At the end each part says its last line again, and what failed
comes last, so that whoever sees only the end of a long log sees why. A part that hangs is ended.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Timer

AT_ONCE = min(3, 1 + (os.cpu_count() or 1))
SUMMARY_LINES = 15
DEADLINE = 75 * 60  # seconds; the longest part took 43 minutes on two busy cores
# A test that takes five minutes says where it is; the ten slowest are named at the end.
SHOWN = ("--durations=10", "-o", "faulthandler_timeout=300")
LOOKS, FAULTS = "tests/browser/test_accessibility.py", "tests/faults"
# Hypothesis' own profile: a change fails by itself. `make fuzz` and `make test T=` try others.
SAME_EXAMPLES = ("--hypothesis-profile=ci",)
ON_SQLITE = {"ZIVWEB_TEST_DATABASE_URL": "sqlite"}


@dataclass(frozen=True)
class Part:
    """Some of the tests: what pytest is told to choose them, and what its environment adds."""

    name: str
    choice: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


QUICK = "not slow and not browser"
# The longest first.
PARTS = (
    Part("rest", ("-m", "not browser", f"--ignore={FAULTS}")),
    Part("sqlite", ("-m", f"journey or races or ({QUICK})"), ON_SQLITE),
    Part("browser", ("-m", "browser", f"--ignore={LOOKS}")),
    Part("faults", ("-m", "not browser", FAULTS)),
    Part("install", ("tests/install/journeys.py",), {"ZIVWEB_TEST_SERVERS": "none"}),
    Part("looks", ("-m", "browser", LOOKS)),
)
HALF = ("tests/accounts", "tests/contacts", "tests/drafts", "tests/notifications")
QUICK_PARTS = (
    Part("quick", ("-m", QUICK, *HALF)),
    Part("more", ("-m", QUICK, *(f"--ignore={folder}" for folder in HALF))),
)


def main(quick: str = "") -> int:
    """Run every part; 0 when all of them passed."""
    parts = QUICK_PARTS if quick else PARTS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(_run, parts))
    for part, (code, last) in sorted(zip(parts, results, strict=True), key=_failed):
        print(f"--- {part.name}: {'passed' if code == 0 else f'FAILED (exit {code})'}")  # noqa: T201
        print("".join(last[-1:] if code == 0 else last), end="")  # noqa: T201
    return max(abs(code) for code, _last in results)


def _failed(result: tuple[Part, tuple[int, list[str]]]) -> bool:
    _part, (code, _last) = result
    return code != 0


def _run(part: Part) -> tuple[int, list[str]]:
    """Run one part; give its exit code and its last lines."""
    command = [sys.executable, "-m", "pytest", *SAME_EXAMPLES, *SHOWN, *part.choice]
    last: deque[str] = deque(maxlen=SUMMARY_LINES)
    with subprocess.Popen(
        command,
        env={**os.environ, **part.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        end = Timer(DEADLINE, process.kill)
        end.start()
        for line in process.stdout or ():
            print(f"{part.name} | {line}", end="", flush=True)  # noqa: T201
            last.append(line)
        end.cancel()
    return process.returncode, list(last)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
