"""Sealed bytes cannot be compressed: PostgreSQL no longer tries it with every mail and file."""

from typing import Any

from django.db import migrations

TABLES = {"intake_rawmail": "raw", "intake_rawpiece": "sealed", "vault_blobchunk": "sealed"}


def keep_as_they_are(_apps: Any, editor: Any) -> None:
    """Store the bytes as they are, where the database has a choice."""
    if editor.connection.vendor == "postgresql":
        for table, column in TABLES.items():
            editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    """For new rows; those that are there stay as they are."""

    dependencies = [("intake", "0002_pieces_of_large_mails"), ("vault", "0001_initial")]
    operations = [migrations.RunPython(keep_as_they_are, migrations.RunPython.noop)]
