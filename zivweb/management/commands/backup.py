"""`manage.py backup FILE`: a copy of the embedded database, while everything runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from flow import engine
from vault.access import count_by_key
from zivweb.backup import BackupError, copy_database


class Command(BaseCommand):
    """Everything that has to be kept is in the database, but for the keys."""

    help = "Copy the embedded (SQLite) database to a new file, while mail flows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file to make."""
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_options: Any) -> None:
        """Copy it, and say which keys open the copy."""
        if not engine.embedded():
            raise CommandError("this database is no file: use pg_dump, as docs/operations.md says")
        try:
            size = copy_database(Path(settings.DATABASES["default"]["NAME"]), file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        keys = ", ".join(sorted(key.hex() for key in count_by_key())) or "none yet"
        self.stdout.write(f"{file}: {size} bytes")
        self.stdout.write(
            f"It does not hold the keys that open it. Keep ZIVWEB_ENCRYPTION_KEYS (in use: {keys})"
            " and ZIVWEB_SECRET_KEY elsewhere, and never beside it."
        )
