"""What the benchmarks of one run share: the yardstick's table, made-up people, and printing."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")
_TICKS = os.sysconf("SC_CLK_TCK")
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
FIRST = ("Jan", "Els", "Piet", "Fatima", "Mehmet", "Sophie", "Daan", "Noor", "Kees", "Ria")
LAST = ("Jansen", "de Vries", "Bakker", "Visser", "Smit", "Mulder", "de Boer", "Dekker", "Meijer")


def timed(call: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds that a call took, and its result."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def cpu() -> float:
    """Return the CPU seconds that this process and PostgreSQL have used (Linux).

    Unlike the clock they hardly depend on what else a machine does.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    server = _stat(backend)[1]
    ended = sum(_stat(server)[13:15])  # of its children
    alive = [each for each in map(_stat, _processes()) if each[1] == server or each[0] == server]
    return time.process_time() + (ended + sum(sum(each[11:13]) for each in alive)) / _TICKS


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _stat(pid: int) -> list[int]:
    """Return pid, parent, and so on (proc(5)) of a process; nothing of one that is gone."""
    try:
        text = (Path("/proc") / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return [0] * 50
    fields = text.rpartition(")")[2].split()[1:]
    return [pid, *map(int, fields)]


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def spent(call: Callable[[], Result]) -> tuple[float, float, Result]:
    """Return the seconds that a call took, those of CPU that it used, and its result."""
    used = cpu()
    seconds, result = timed(call)
    return seconds, cpu() - used, result


def person(number: int) -> tuple[str, str, str]:
    """Return address, name and mobile number of a made-up person, each time the same."""
    first, last = FIRST[number % len(FIRST)], LAST[number // 10 % len(LAST)]
    local = f"{first}.{last}{number}".lower().replace(" ", "")
    domain = f"bedrijf{number % 997}.example"
    return f"{local}@{domain}", f"{first} {last}", f"+316{10000000 + number * 7 % 39999999:08d}"


def people(count: int) -> Iterator[tuple[str, str, str]]:
    """Yield made-up people."""
    return map(person, range(count))


def spread(values: list[float]) -> str:
    """Return median, least and most."""
    return f"median {statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def percentile(values: list[float], share: float) -> float:
    """Return the value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
