"""Counts of sign-ins, by way and by reason of a failure."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_provider_tried_and_checked")]
    operations = [
        migrations.CreateModel(
            "SignInCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("failed", models.BooleanField()),
                ("name", models.CharField(max_length=40)),
                ("count", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("failed", "name"), name="accounts_one_sign_in_count")
                ]
            },
        ),
    ]
