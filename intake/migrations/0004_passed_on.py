"""A mail may be passed on to the support contact."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_sealed_bytes_as_they_are")]

    operations = [
        migrations.AlterField(
            "rawmail",
            "state",
            models.CharField(
                choices=[
                    ("stored", "Stored"),
                    ("drafted", "Drafted"),
                    ("refused", "Refused"),
                    ("passed_on", "Passed On"),
                ],
                default="stored",
                max_length=10,
            ),
        ),
    ]
