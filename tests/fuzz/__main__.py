"""`make fuzz`: bytes that atheris makes up, guided by the branches they reach, for each target.

`python -m tests.fuzz [--seconds 60] [TARGET…]`. The targets run one after the other, each in a
process of its own. What makes one fail, or takes it more than five seconds, is written to
`tests/fuzz/found/<target>/`: `test_targets.py` tries it from then on. What was reached is kept in
`build/fuzz/`, so that the next run goes on from there.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.fuzz.seeds import seeds_for

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).parent / "found"
NAMES = ("mime", "header", "block", "lines", "paste", "contacts", "html", "typed", "commands",
         "scim", "logo")  # fmt: skip
OURS = ["intake", "drafts", "delivery", "contacts", "accounts", "addresses"]
LIMITS = ["-timeout=5", "-rss_limit_mb=1024", "-max_len=60000", "-print_final_stats=1"]


def main() -> int:
    """Run the targets; 0 when none of them failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("targets", nargs="*", choices=[[], *NAMES], help="all, when none is named")
    options = parser.parse_args()
    if options.alone:
        fuzz(options.targets[0], options.seconds)
    failed = [name for name in options.targets or NAMES if not passes(name, options.seconds)]
    print(f"--- failed: {', '.join(failed)}" if failed else "--- nothing found")  # noqa: T201
    return len(failed)


def passes(name: str, seconds: int) -> bool:
    """Run a target in a process of its own; tell whether nothing was found."""
    print(f"--- {name}", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "tests.fuzz", "--alone", f"--seconds={seconds}", name]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def fuzz(name: str, seconds: int) -> None:
    """Run a target in this process, and end it."""
    import atheris  # noqa: PLC0415  needed here alone, and not on every machine

    with atheris.instrument_imports(include=OURS):
        import django  # noqa: PLC0415

        django.setup()
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415
    corpus, found = ROOT / "build" / "fuzz" / name, FOUND / name
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds_for(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={found}/"]
    atheris.Setup(["fuzz", *limits, str(corpus)], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
