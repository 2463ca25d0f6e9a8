from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0002_recipients_side'),
    ]

    operations = [
        migrations.AddField(
            model_name='messagerecipient',
            name='wrong_codes',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
    ]
