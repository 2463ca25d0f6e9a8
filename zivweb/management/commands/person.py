"""`manage.py person ADDRESS [--erase]`: what is held about somebody (GDPR, 15 and 17)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actions import LastAdmin
from addresses.mail import stored_form
from zivweb import person


class Command(BaseCommand):
    """What somebody sent or was sent is sealed: its sender and recipients see it on its page."""

    help = "Show what is held about somebody, or take it away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, and whether to erase."""
        parser.add_argument("address")
        parser.add_argument("--erase", action="store_true", help="take it away, for good")

    def handle(self, *, address: str, erase: bool, **_options: Any) -> None:
        """Print a line for each thing that is held; with --erase those that stay."""
        wanted = stored_form(address)
        if not wanted:
            raise CommandError(f"{address} is no email address")
        if erase:
            self._erase(wanted)
        rows = list(person.held(wanted))
        for row in rows:
            self.stdout.write(f"{row.where}  {row.what}")
        left = "are left, with why they stay in docs/security.md" if erase else "are held"
        self.stdout.write(f"{len(rows)} things {left}")

    def _erase(self, address: str) -> None:
        try:
            person.erase(address)
        except LastAdmin as error:
            text = "this is the last admin of an organization: make somebody else one first"
            raise CommandError(text) from error
