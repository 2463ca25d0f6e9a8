"""`manage.py check_invariants`: counts that must hold at every moment, also while mail flows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zivweb.invariants import INVARIANTS, check


class Command(BaseCommand):
    """Ends with 1 when one does not hold. Shows ids alone."""

    help = "Check that nothing was lost, doubled or kept: what no crash may ever leave behind."

    def handle(self, **_options: Any) -> None:
        """Count, and name what does not hold."""
        broken = check()
        for each in broken:
            ids = ", ".join(map(str, each.ids))
            self.stderr.write(f"does not hold: {each.words} ({each.count} rows: {ids})")
        if broken:
            raise CommandError(f"{len(broken)} of {len(INVARIANTS)} invariants do not hold")
        self.stdout.write(f"{len(INVARIANTS)} invariants hold")
