from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0003_wrong_codes'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='shown',
            field=models.BinaryField(db_default=b'', default=b'', editable=False),
        ),
    ]
