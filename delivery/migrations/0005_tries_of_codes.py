
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_provider_tried_and_checked'),
        ('delivery', '0004_shown_html'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='messagerecipient',
            name='wrong_codes',
        ),
        migrations.CreateModel(
            name='CodeTries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('locks', models.PositiveSmallIntegerField(default=0)),
                ('locked_until', models.DateTimeField(blank=True, null=True)),
                ('address', models.CharField(max_length=254)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('wrong_codes', models.TextField(blank=True, default='', editable=False)),
                ('failed_at', models.DateTimeField(auto_now=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['failed_at'], name='delivery_old_tries'), models.Index(fields=['address'], name='delivery_tries_of')],
            },
        ),
    ]
