"""`python -m bench [NAME ...]`: run all benchmarks, or those named, on servers of their own.

A benchmark is a module of this folder with a function `run()`. `BENCH_ROWS` makes the address book
smaller, `BENCH_PAIRS` the number of rounds. A run of all writes `bench/results/<date>.md`.
"""

import importlib
import os
import sys
import tempfile
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

import django

from bench import runner
from tests.plugins import broker, postgres, processes

NAMES = (
    "intake",
    "working_off",
    "notices",
    "growth",
    "contacts_import",
    "contacts_search",
    "draft_page",
    "guest",
    "waiting_drafts",
    "sizes",
    "memory",
)
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Start the servers, make the tables, run."""
    wanted = [name for name in sys.argv[1:] if name in NAMES] or list(NAMES)
    database = postgres.start(postgres.find(wheel_only=False), durable=True)
    queue = broker.start(*broker.find(wheel_only=False))
    label = f"{database.label}, fsync on; {queue.label}"
    with tempfile.TemporaryDirectory() as folder:
        try:
            _prepare(folder, database, queue)
            runner.say(f"{runner.machine()}; {label}")
            for name in wanted:
                _run(name)
        finally:
            queue.stop()
            database.stop()
    text = runner.report(label)
    runner.say(f"\n{text}")
    _write(text, complete=wanted == list(NAMES))


def _run(name: str) -> None:
    """Run one; what goes wrong in it is told at the end too, and the others go on."""
    runner.say(f"\n== {name}: {_about(name)}")
    started = time.perf_counter()
    try:
        importlib.import_module(f"bench.{name}").run()
    except Exception as error:  # noqa: BLE001  whatever it is, it is no result
        traceback.print_exc()
        runner.skip(name, f"it broke off with {type(error).__name__}")
    runner.say(f"({time.perf_counter() - started:.0f} s)")


def _prepare(folder: str, database: processes.Server, queue: processes.Server) -> None:
    os.environ |= {
        "ZIVWEB_TEST_FOLDER": folder,
        "ZIVWEB_TEST_DATABASE_URL": database.url,
        "ZIVWEB_TEST_BROKER_URL": queue.url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    from django.core.management import call_command  # noqa: PLC0415  names the servers above

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def _write(text: str, *, complete: bool) -> None:
    now = datetime.now(UTC)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{now:%Y-%m-%d}{'' if complete else '-part'}.md"
    file.write_text(f"# Benchmarks of {now:%Y-%m-%d %H:%M} UTC\n\n{text}")
    runner.say(f"written to {file.relative_to(RESULTS.parent.parent)}")


def _about(name: str) -> str:
    text = (Path(__file__).parent / f"{name}.py").read_text()
    return text.split('"""')[1].splitlines()[0]


if __name__ == "__main__":
    main()
