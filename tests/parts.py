"""Runs the tests in parts, a few at a time: browsers and what waits leave processors idle.

`python -m tests.parts` is what `make test` calls; with `rest` it runs all else, for
`make test-all`; with `quick`, for `make quick`, what needs no database, and the quick tests of the
apps that were changed. With the name of a part it runs that one. Each line is printed as it comes,
behind the name of its part. At the end stand the ten slowest tests, a line for each part, and last
what failed, so that whoever sees only the end of a long log sees why.
"""

import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

AT_ONCE = min(3, 1 + (os.cpu_count() or 1))
SUMMARY_LINES = 15
DEADLINE = 45 * 60  # seconds of one part, after which it is ended
# A test that takes five minutes says where it is; the slowest are named at the end.
SHOWN = ("--durations=10", "-o", "faulthandler_timeout=300")
DURATION = re.compile(r"(\d+\.\d+)s (?:call|setup|teardown) +(\S.*)")
ROOT = Path(__file__).parent.parent
JOURNEYS = ("tests/test_journey.py", "tests/test_resends.py", "tests/browser/test_journey.py")
HALF = ("tests/accounts", "tests/addresses", "tests/contacts", "tests/drafts")  # of what is pure
LOOKS, FAULTS = "tests/browser/test_accessibility.py", "tests/faults"
# Hypothesis' own profile: a change fails by itself. `make fuzz` and `make test T=` try others.
SAME_EXAMPLES = ("--hypothesis-profile=ci",)
# The suite starts Python hundreds of times: what was compiled once is compiled for all.
COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": ""}
ON_SQLITE = {"ZIVWEB_TEST_DATABASE_URL": "sqlite"}
NO_SERVERS = {"ZIVWEB_TEST_SERVERS": "none"}


@dataclass(frozen=True)
class Part:
    """Some of the tests: what pytest is told to choose them, and what its environment adds."""

    name: str
    choice: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What became of a part, and the processor time of all that it started, in seconds."""

    part: Part
    code: int
    lines: tuple[str, ...]
    slowest: tuple[tuple[float, str], ...]
    seconds: float
    processor: float

    def __str__(self) -> str:
        outcome = "passed" if self.code == 0 else f"FAILED (exit {self.code})"
        last = self.lines[-1].strip(" =\n") if self.lines else ""
        return (
            f"--- {self.part.name}: {outcome} in {self.seconds:.0f} s"
            f" ({self.processor:.0f} s of processor time): {last}"
        )


QUICK = "not slow and not browser"
ALONE = f"({QUICK}) or (races and not browser)"  # without the whole product
# The longest first.
TEST = (
    Part("postgresql", ("-m", f"not walls and ({ALONE})", f"--ignore={FAULTS}")),
    Part("sqlite", ("-m", ALONE, "--stored=only", f"--ignore={FAULTS}"), ON_SQLITE),
    Part("walls", ("-m", "walls", "tests/attacks", "tests/test_matrix.py")),
    Part("journeys", JOURNEYS),
)
REST = (
    Part("pages", ("-m", "browser and not journey", "tests/browser", f"--ignore={LOOKS}")),
    Part("faults", (FAULTS,)),
    Part("install", ("tests/install/journeys.py",), NO_SERVERS),
    Part("slow", ("-m", f"not (browser or walls or journey or {ALONE})", f"--ignore={FAULTS}")),
    Part("looks", (LOOKS,)),
    Part("windows", ("-m", "browser and not journey", "--ignore=tests/browser")),
    Part("again", ("-m", "journey"), ON_SQLITE),
    Part("ways", ("-m", "journey", *(f"--ignore={each}" for each in (*JOURNEYS, FAULTS)))),
)


def main(choice: str = "test") -> int:
    """Run the parts of a choice, or the part of this name; 0 when all of them passed."""
    named = {part.name: (part,) for part in (*TEST, *REST)}
    parts = ({"test": TEST, "rest": REST, "quick": quick()} | named)[choice]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(_run, parts))
    _print(["--- the slowest:"])
    _print(_slowest(results))
    for result in sorted(results, key=lambda each: each.code != 0):
        _print([str(result)])
        _print(line.rstrip("\n") for line in result.lines if result.code)
    return max(abs(result.code) for result in results)


def quick() -> tuple[Part, ...]:
    """Return what needs no database, and the quick tests of the apps that were changed."""
    pure = ("-m", QUICK, "--stored=none")
    parts = (
        Part("pure", (*pure, *HALF), NO_SERVERS),
        Part("more", (*pure, *(f"--ignore={folder}" for folder in HALF)), NO_SERVERS),
    )
    if not (folders := changed()):
        return parts
    return (*parts, Part("changed", ("-m", QUICK, "--stored=only", *folders), NO_SERVERS))


def changed() -> list[str]:
    """Return the folders of tests of the apps that git sees a change in."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    seen = {name for line in told.splitlines() for name in line[3:].split("/")}
    apps = [name for name in sorted(seen) if name and (ROOT / name).is_dir()]
    return [f"tests/{name}" for name in apps if (ROOT / "tests" / name).is_dir()]


def _slowest(results: Iterable[Result]) -> list[str]:
    found = sorted((each for result in results for each in result.slowest), reverse=True)
    return [f"{seconds:7.1f} s {test}" for seconds, test in found[:10]]


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201


def _run(part: Part) -> Result:
    began = time.monotonic()
    lines: deque[str] = deque(maxlen=SUMMARY_LINES)
    slowest: list[tuple[float, str]] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *SAME_EXAMPLES, *SHOWN, *part.choice],
        env={**os.environ, **COMPILED_ONCE, **part.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    end = Timer(DEADLINE, process.kill)
    end.start()
    for line in process.stdout or ():
        _print([f"{part.name} | {line.rstrip()}"])
        lines.append(line)
        if found := DURATION.match(line):
            slowest.append((float(found[1]), f"{part.name} {found[2]}"))
    _pid, status, used = os.wait4(process.pid, 0)
    end.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, processor = time.monotonic() - began, used.ru_utime + used.ru_stime
    return Result(part, process.returncode, tuple(lines), tuple(slowest), seconds, processor)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
