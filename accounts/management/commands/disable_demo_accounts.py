"""`manage.py disable_demo_accounts`: for a database that was a demo and is one no more."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.actions import disable_demo_accounts


class Command(BaseCommand):
    """Their organizations stay, with what was sent in them."""

    help = "Lock everybody of the demo out: their passwords are known."

    def handle(self, **_options: Any) -> None:
        """Lock them out."""
        self.stdout.write(f"{disable_demo_accounts()} accounts of the demo can no longer sign in")
