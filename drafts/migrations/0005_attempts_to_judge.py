"""How often a draft that came in was tried to be judged; a name that says what is counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("drafts", "0004_waiting_in_order")]

    operations = [
        migrations.RenameField("draft", "told", "mails_about"),
        migrations.AddField("draft", "attempts", models.PositiveSmallIntegerField(default=0)),
    ]
