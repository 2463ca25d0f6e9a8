"""Runs ours and its yardstick in turns (A B A B), so that a noisy machine is noisy for both.

What every comparison found is kept here, for the table at the end and `bench/results/`.
"""

import os
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAIRS = int(os.environ.get("BENCH_PAIRS", "5"))
FOUND: list["Outcome"] = []
SKIPPED: list[tuple[str, str]] = []


@dataclass(frozen=True)
class Goal:
    """A line of the table of goals. `at_most`: the ratio may not be more, instead of less."""

    job: str
    yardstick: str
    ratio: float
    unit: str = "/s"
    at_most: bool = False

    def is_met_by(self, ratio: float) -> bool:
        """Tell whether this ratio of ours to the yardstick is good enough."""
        return ratio <= self.ratio if self.at_most else ratio >= self.ratio


@dataclass(frozen=True)
class Outcome:
    """What a comparison found, round by round."""

    goal: Goal
    ours: Sequence[float]
    theirs: Sequence[float]

    @property
    def ratio(self) -> float:
        """The ratio of the medians."""
        return statistics.median(self.ours) / statistics.median(self.theirs)

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.goal.is_met_by(self.ratio)


def compare(
    goal: Goal, ours: Callable[[], float], theirs: Callable[[], float], pairs: int = PAIRS
) -> Outcome:
    """Measure both in turns, after one round of each that does not count."""
    ours(), theirs()
    rounds = [(ours(), theirs()) for _ in range(pairs)]
    return note(goal, [mine for mine, _ in rounds], [other for _, other in rounds])


def note(goal: Goal, ours: Sequence[float], theirs: Sequence[float]) -> Outcome:
    """Keep and print what was measured elsewhere, in turns."""
    outcome = Outcome(goal, ours, theirs)
    FOUND.append(outcome)
    say(f"{goal.job}")
    say(f"  ours       {spread(ours)} {goal.unit}")
    say(f"  yardstick  {spread(theirs)} {goal.unit} ({goal.yardstick})")
    say(f"  ratio {outcome.ratio:.2f}, goal {_sign(goal)} {goal.ratio:g}: {_word(outcome)}")
    return outcome


def skip(job: str, why: str) -> None:
    """Say that something cannot be measured here; nothing is made up in its place."""
    SKIPPED.append((job, why))
    say(f"{job}: skipped, {why}")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def spread(values: Sequence[float]) -> str:
    """Return least, median and most."""
    return " / ".join(f"{figure(each)}" for each in (min(values), _middle(values), max(values)))


def figure(value: float) -> str:
    """Return a figure with three digits that say something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def report(server: str) -> str:
    """Return everything that was found, in Markdown."""
    lines = [
        f"Measured on {machine()}; {server}.",
        "",
        "Least / median / most of the rounds; the ratio is that of the medians.",
        "",
        "| job | ours | yardstick | | ratio | goal | met |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_line(outcome) for outcome in FOUND]
    lines += [f"| {job} | | | | | | skipped: {why} |" for job, why in SKIPPED]
    return "\n".join([*lines, "", _summary()]) + "\n"


def machine() -> str:
    """Return what kind of machine this is, without its name."""
    release = Path("/etc/os-release")
    pairs = release.read_text().splitlines() if release.exists() else []
    named = dict(line.split("=", 1) for line in pairs if "=" in line)
    system = named.get("PRETTY_NAME", platform.system()).strip('"')
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"a {os.cpu_count()}-core {system} machine with {memory:.0f} GiB, "
        f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    )


def _line(found: Outcome) -> str:
    goal, unit = found.goal, found.goal.unit
    return (
        f"| {goal.job} | {spread(found.ours)} {unit} | {spread(found.theirs)} {unit} "
        f"| {goal.yardstick} | {found.ratio:.2f} | {_sign(goal)} {goal.ratio:g} | {_word(found)} |"
    )


def _summary() -> str:
    unmet = [f"{found.goal.job} ({found.ratio:.2f})" for found in FOUND if not found.met]
    jobs = "; ".join([*unmet, *(f"{job} (skipped)" for job, _ in SKIPPED)])
    return f"Goals met: {len(FOUND) - len(unmet)} of {len(FOUND)}. Not met: {jobs or 'none'}."


def _sign(goal: Goal) -> str:
    return "<=" if goal.at_most else ">="


def _word(found: Outcome) -> str:
    return "yes" if found.met else "no"


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)
