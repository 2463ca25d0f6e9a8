"""Importing contacts against COPY and INSERT ... ON CONFLICT of the same rows (goal 0.25 and 0.5).

The import is the whole path: CSV, validation, phone numbers, conflicts, provenance, search index.
Ratios are of time, and of CPU (ours and PostgreSQL's), which hardly depends on other work.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from django.db import connection

from accounts.actions import create_organization
from accounts.models import Organization
from bench.runner import Goal, note
from bench.tables import ROWS, people, say, spent
from contacts import actions
from contacts.importer import open_table
from contacts.models import ImportRun

CEILING = "COPY + ON CONFLICT of the same rows"


def run() -> None:
    """Measure new rows, the same again, and how often progress is told."""
    organization = create_organization("Bench", ["bench.example"])
    with tempfile.TemporaryDirectory() as folder:
        file = _file(Path(folder))
        before = spent(_ceiling)
        beats = [time.perf_counter()]
        new = spent(lambda: _import(organization, file, beats))
        again = spent(lambda: _import(organization, file, beats))
        after = spent(_ceiling)
    gaps = [late - early for early, late in pairwise(beats)]
    counts = new[2].counts.get("new"), again[2].counts.get("same")
    say(f"rows {ROWS}: {counts[0]} new, then {counts[1]} the same")
    rates = [ROWS / seconds for seconds, _, _ in (before, after)]
    cpu = (before[1] + after[1]) / 2
    for name, goal, (seconds, used, _) in (("new", 0.25, new), ("unchanged", 0.5, again)):
        job = Goal(f"import of {ROWS:,} contacts, {name}", CEILING, goal, "rows/s")
        note(job, [ROWS / seconds], rates)
        say(f"{name}: {used / ROWS * 1e6:.1f} us of CPU a row, ratio {cpu / used:.2f}")
    say(f"longest time between two signs of progress {max(gaps):.2f} s (a cancel waits as long)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"memory of the importing process at most {peak:.0f} MB")


def _file(folder: Path) -> Path:
    path = folder / "contacts.csv"
    with path.open("w") as file:
        file.write("email_address,full_name,phone_number,access_code,access_code_hint\n")
        file.writelines(f"{address},{name},{phone},,\n" for address, name, phone in people(ROWS))
    return path


def _import(organization: Organization, file: Path, beats: list[float]) -> ImportRun:
    found = actions.new_run(organization)
    with file.open("rb") as opened:
        table = open_table(opened)
        rows = actions.read_rows(found, table)
        actions.run_now(found, rows, progress=lambda _run: beats.append(time.perf_counter()))
    return found


def _ceiling() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_ceiling")
        cursor.execute("""CREATE TABLE bench_ceiling (id bigserial PRIMARY KEY, owner bigint,
            address text, name text, phone text, UNIQUE (owner, address))""")
        cursor.execute("BEGIN")
        cursor.execute("""CREATE TEMPORARY TABLE bench_rows (address text, name text, phone text)
            ON COMMIT DROP""")
        with cursor.copy("COPY bench_rows FROM STDIN") as copy:
            for piece in _pieces():
                copy.write(piece)
        cursor.execute("""INSERT INTO bench_ceiling (owner, address, name, phone)
            SELECT 1, address, name, phone FROM bench_rows ON CONFLICT (owner, address)
            DO UPDATE SET name = excluded.name, phone = excluded.phone""")
        cursor.execute("COMMIT")


def _pieces() -> Iterator[str]:
    lines: list[str] = []
    for address, name, phone in people(ROWS):
        lines.append(f"{address}\t{name}\t{phone}\n")
        if len(lines) == 10000:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)
