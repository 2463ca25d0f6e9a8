"""A pruned range of the audit log loses its marks too, and none is pruned within a year."""

from django.db import migrations, models

SAME = """
    OLD.pruned_at IS NULL AND NEW.pruned_at IS NOT NULL AND NEW.id = OLD.id
    AND NEW.organization_id = OLD.organization_id AND NEW.first_id = OLD.first_id
    AND NEW.last_id = OLD.last_id AND NEW.count = OLD.count AND length(NEW.marks) = 0
    AND NEW.marks_digest = OLD.marks_digest AND NEW.previous = OLD.previous
    AND NEW.digest = OLD.digest AND NEW.newest_at = OLD.newest_at
    AND NEW.sealed_at = OLD.sealed_at AND OLD.newest_at <
"""
POSTGRESQL = f"""
    CREATE OR REPLACE FUNCTION accounts_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF {SAME} now() - interval '365 days' THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
    END $$
"""
PRUNED = """
    EXISTS (SELECT 1 FROM accounts_auditseal s
            WHERE s.organization_id = OLD.organization_id
              AND OLD.id BETWEEN s.first_id AND s.last_id AND s.pruned_at IS NOT NULL)
"""
SQLITE = {
    ("accounts_auditentry", "accounts_audit_guard_update"): "0",
    ("accounts_auditentry", "accounts_audit_guard_delete"): PRUNED,
    ("accounts_auditseal", "accounts_seal_guard_update"): f"{SAME} datetime('now', '-365 days')",
    ("accounts_auditseal", "accounts_seal_guard_delete"): "0",
}


def stand_aside(apps, schema_editor):
    """SQLite makes a table anew to change it, which no trigger may look at meanwhile."""
    if schema_editor.connection.vendor == "sqlite":
        for _table, name in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {name}")


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for (table, name), allowed in SQLITE.items():
        verb = name.rpartition("_")[2]
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN NOT ({allowed})"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


class Migration(migrations.Migration):

    dependencies = [("accounts", "0006_people_of_other_systems")]

    operations = [
        migrations.RunPython(stand_aside, migrations.RunPython.noop),
        migrations.AddField(
            model_name="auditseal",
            name="marks_digest",
            field=models.CharField(max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
