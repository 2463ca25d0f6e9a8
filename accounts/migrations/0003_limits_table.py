"""The table in which attempts to sign in are counted (docs/adr/0009)."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    alias = schema_editor.connection.alias
    call_command("createcachetable", database=alias, verbosity=0)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0002_api_keys")]

    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
