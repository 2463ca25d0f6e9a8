from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def give_an_end(apps, _schema_editor):
    """Drafts from before have an end too: what a new organization's policy says."""
    drafts = apps.get_model("drafts", "Draft").objects.exclude(data_key=b"")
    drafts.update(expires_at=models.F("created_at") + timedelta(days=14))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('delivery', '0002_recipients_side'),
        ('drafts', '0001_initial'),
        ('notifications', '0002_recipients_side'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HelpAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('helpful', models.BooleanField()),
                ('words', models.TextField(blank=True, max_length=1000)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='PolicySeen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('cursor', models.BigIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='draft',
            name='expires_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='notice',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='notifications.notification'),
        ),
        migrations.AddField(
            model_name='draft',
            name='opened_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='opened_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='draft',
            name='remind_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='shared_with',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='shared_drafts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='draft',
            name='tell_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(give_an_end, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('tell_at__isnull', False)), fields=['tell_at'], name='drafts_to_tell'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='drafts_to_remind'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='drafts_to_expire'),
        ),
        migrations.AddIndex(
            model_name='draft',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'ready'])), fields=['organization', 'id'], name='drafts_held_of_organization'),
        ),
        migrations.AddField(
            model_name='helpanswer',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='helpanswer',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policyseen',
            name='organization',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddIndex(
            model_name='helpanswer',
            index=models.Index(fields=['organization', '-id'], name='drafts_help_answers'),
        ),
    ]
