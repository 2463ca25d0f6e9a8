"""`manage.py rotate_keys`: everything under the first key, so that older ones can be removed."""

import os
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from flow.slices import POLITE
from vault.access import count_by_key
from vault.actions import Progress, rotate_keys
from vault.keys import key_id

BAR = 30
LONGEST_NAME = 32


class Command(BaseCommand):
    """Wraps again what is under an older key. May be broken off, and run while mail flows."""

    help = "Wraps every data key and access code under the first of ZIVWEB_ENCRYPTION_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether only to count."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; say how much is under which key, exit 1 unless all is under"
            " the first",
        )

    def run_from_argv(self, argv: list[str]) -> None:
        """As a program of its own, let all others go first."""
        os.nice(POLITE)
        super().run_from_argv(argv)

    def handle(self, *, check: bool, **options: Any) -> None:
        """Rotate, then say under which keys everything is."""
        if not check:
            self._rotate()
        self._tell_counts()

    def _rotate(self) -> None:
        show = _Bar(self)
        try:
            done = rotate_keys(show)
        except KeyboardInterrupt:
            raise CommandError("broken off; run it again to go on", returncode=130) from None
        for progress in done:
            for pk in sorted(progress.unreadable)[:20]:
                self.stderr.write(f"{progress.column} of row {pk} cannot be opened by any key")

    def _tell_counts(self) -> None:
        counts = count_by_key()
        first, *others = [key_id(key) for key in settings.ENCRYPTION_KEYS]
        self.stdout.write(f"{counts.pop(first, 0):>10} under the first key, {first.hex()}")
        for key in others:
            left = counts.pop(key, 0)
            told = "still in use" if left else "may be removed"
            self.stdout.write(f"{left:>10} under the key {key.hex()}: {told}")
            counts += {key: left}
        for key in counts.keys() - set(others):
            self.stdout.write(f"{counts[key]:>10} under the key {key.hex()}: NOT in the keyring")
        if counts:
            raise CommandError(f"{counts.total()} are not under the first key")


class _Bar:
    """A line for each column: on a terminal it grows, elsewhere it is written once."""

    def __init__(self, command: BaseCommand) -> None:
        self._write = command.stderr.write
        self._live = sys.stderr.isatty()
        self._began: dict[str, float] = {}

    def __call__(self, progress: Progress) -> None:
        """Show how far a column is."""
        name = str(progress.column)
        seconds = time.monotonic() - self._began.setdefault(name, time.monotonic())
        over = progress.done + len(progress.unreadable) >= progress.total
        if not self._live and not over:
            return
        full = BAR * progress.done // max(progress.total, 1) if progress.total else BAR
        line = f"{name:<{LONGEST_NAME}} [{'#' * min(full, BAR):<{BAR}}] {progress.done:>9}"
        self._write(f"\r{line} {seconds:6.1f} s", ending="\n" if over else "")
