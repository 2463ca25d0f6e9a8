"""What the benchmarks of one run share: the yardstick's table, made-up people, and printing."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

Result = TypeVar("Result")
ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
FIRST = ("Jan", "Els", "Piet", "Fatima", "Mehmet", "Sophie", "Daan", "Noor", "Kees", "Ria")
LAST = ("Jansen", "de Vries", "Bakker", "Visser", "Smit", "Mulder", "de Boer", "Dekker", "Meijer")


def timed(call: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds that a call took, and its result."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


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
