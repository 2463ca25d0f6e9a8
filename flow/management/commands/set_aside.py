"""`manage.py set_aside`: lists the rows that a sweep failed on three times, or retries them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from flow.access import rows_set_aside
from flow.actions import retry


class Command(BaseCommand):
    """Shows ids, errors and times; nothing about anybody."""

    help = "List the rows that no sweep works on any more; --retry has them worked on again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to retry: without ids everything."""
        parser.add_argument(
            "--retry", nargs="*", type=int, metavar="ID", help="retry these, or all of them"
        )

    def handle(self, *, retry: list[int] | None, **_options: Any) -> None:
        """List them, or have them worked on again."""
        if retry is not None:
            self.stdout.write(f"{_retry(retry)} rows will be worked on again")
            return
        rows = rows_set_aside()
        for row in rows:
            self.stdout.write(
                f"{row.pk}  {row}  {row.task}  {row.count} times since"
                f" {row.first_at:%Y-%m-%d %H:%M}, set aside {row.set_aside_at:%Y-%m-%d %H:%M}:"
                f" {row.reason}"
            )
        self.stdout.write(f"{len(rows)} rows are set aside")


def _retry(ids: list[int]) -> int:
    return retry(ids or None)
