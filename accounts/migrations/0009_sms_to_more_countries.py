"""Where nobody chose other countries, SMS goes to the whole Kingdom and the islands of +44 too."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BEFORE = frozenset(
    "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
    .split()
)  # fmt: skip
ADDED = ("AW", "BQ", "CW", "GG", "IM", "JE", "SX")


def add_countries(apps: Apps, _editor: BaseDatabaseSchemaEditor | None) -> None:
    """Add them to every stored policy that has exactly the old defaults."""
    for row in apps.get_model("accounts", "Organization").objects.iterator():
        if set(row.policy_data.get("sms_countries", ())) == BEFORE:
            row.policy_data["sms_countries"] += ADDED
            row.save(update_fields=["policy_data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_sessions_of_people")]
    operations = [migrations.RunPython(add_countries, migrations.RunPython.noop)]
