from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('drafts', '0006_same_mail_as_a_reader_sees_it'),
    ]

    operations = [
        migrations.AddField(
            model_name='draft',
            name='shown',
            field=models.BinaryField(db_default=b'', default=b'', editable=False),
        ),
    ]
