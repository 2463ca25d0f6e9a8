"""`manage.py disable_sso_only DOMAIN`: for an organization whose own sign-in lets nobody in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access import confirmed_domain_named
from accounts.actions import allow_sign_in_here


class Command(BaseCommand):
    """Passwords, codes and passkeys work again; the organization's own sign-in stays."""

    help = "Let the people of a domain sign in here again, beside their identity provider."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the domain."""
        parser.add_argument("domain")

    def handle(self, *, domain: str, **_options: Any) -> None:
        """Switch it off. A domain that is not known, or has no such rule, ends with one line."""
        found = confirmed_domain_named(domain)
        if found is None:
            raise CommandError("no organization has this domain")
        if not allow_sign_in_here(found):
            raise CommandError(f"the people of {found.name} can sign in here already")
        self.stdout.write(f"the people of {found.name} can sign in here again")
