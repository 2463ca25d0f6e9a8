"""`manage.py rewrite_digests`: after the last of ZIVWEB_SECRET_KEY_FALLBACKS was removed."""

from typing import Any

from django.core.management.base import BaseCommand

from contacts.actions import rewrite_digests


class Command(BaseCommand):
    """Until then an import takes an access code that did not change for another one."""

    help = "Compute the digests by which access codes are compared anew, under the key of now."

    def handle(self, **_options: Any) -> None:
        """Rewrite them, and say how many differed."""
        self.stdout.write(f"{rewrite_digests()} digests rewritten")
