"""`manage.py create_api_key DOMAIN NAME`: a key for a system that keeps contacts in step."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access import organization_of_domain
from accounts.actions import create_api_key


class Command(BaseCommand):
    """The key is printed once, as the last word; only its hash is stored."""

    help = "Make the API key of another system. A key that it had before is revoked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a mail domain of the organization, and the name of the system."""
        parser.add_argument("domain")
        parser.add_argument("name")

    def handle(self, *, domain: str, name: str, **_options: Any) -> None:
        """Make it and print it."""
        found = organization_of_domain(domain)
        if found is None:
            raise CommandError(f"no organization has the domain {domain}")
        if not 0 < len(name) <= 50:
            raise CommandError("the name of the system must have 1 to 50 characters")
        self.stdout.write(f"API key of {name}, shown this once: {create_api_key(found, name)}")
