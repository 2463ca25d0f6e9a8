"""Providers: the issuer to the letter, whether unchecked addresses count, when it was changed.

What was set up before goes on as it was: an address without a word about it counts there.
"""

import django.utils.timezone
from django.db import migrations, models


def keep_as_it_was(apps, _editor):
    apps.get_model("accounts", "IdentityProvider").objects.update(
        accepts_unchecked=True, changed_at=models.F("created_at")
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_sms_to_more_countries")]
    operations = [
        migrations.AddField(
            "identityprovider", "issuer", models.CharField(blank=True, default="", max_length=500), False
        ),
        migrations.AddField(
            "identityprovider", "accepts_unchecked", models.BooleanField(default=False)
        ),
        migrations.AddField(
            "identityprovider",
            "changed_at",
            models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(keep_as_it_was, migrations.RunPython.noop),
    ]
