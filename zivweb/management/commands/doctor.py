"""`manage.py doctor`: is everything there, and if not, what to do."""

from typing import Any

from django.core.management.base import BaseCommand

from zivweb.doctor import FAILURE, examine

WIDTHS = (12, 8)


class Command(BaseCommand):
    """Ends with 1 when something does not work, with 0 when at most something could be better."""

    help = "Look at database, broker, relay, SMS, keys, clock, certificate, disk and DNS."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Look, and print a line for each finding."""
        failed = False
        for finding in examine():
            about, level = finding.about.ljust(WIDTHS[0]), finding.level.ljust(WIDTHS[1])
            self.stdout.write(f"{about} {level} {finding.text}")
            if finding.do:
                self.stdout.write(f"{' ' * (sum(WIDTHS) + 2)}-> {finding.do}")
            failed = failed or finding.level == FAILURE
        if failed:
            raise SystemExit(1)
