"""`manage.py reset_second_factor ADDRESS`: for somebody who lost their device and their codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access import person_by_address
from accounts.actions import reset_second_factor
from addresses.mail import stored_form


class Command(BaseCommand):
    """Be sure that it is them: after this a password or a code by email is enough."""

    help = "Take a person's passkeys, app and codes away, and sign them out everywhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address of the person."""
        parser.add_argument("address")

    def handle(self, *, address: str, **_options: Any) -> None:
        """Reset them."""
        person = person_by_address(stored_form(address))
        if person is None:
            raise CommandError("nobody who is active has this address")
        count = reset_second_factor(person)
        self.stdout.write(f"{person}: {count} second factors taken away, signed out everywhere")
