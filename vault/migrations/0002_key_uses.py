"""How much was wrapped under each encryption key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]
    operations = [
        migrations.CreateModel(
            "KeyUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_id", models.CharField(max_length=8, unique=True)),
                ("rows_before", models.PositiveBigIntegerField()),
                ("rewrapped", models.PositiveBigIntegerField(default=0)),
                ("since", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
