"""Nobody changes or deletes audit rows: the database refuses it (docs/adr/0022).

Rows go only by retention: their sealed range is marked as pruned first.
"""

from django.db import migrations

PRUNED = """
    EXISTS (SELECT 1 FROM accounts_auditseal s
            WHERE s.organization_id = OLD.organization_id
              AND OLD.id BETWEEN s.first_id AND s.last_id AND s.pruned_at IS NOT NULL)
"""
ONLY_PRUNED = """
    OLD.pruned_at IS NULL AND NEW.pruned_at IS NOT NULL AND NEW.id = OLD.id
    AND NEW.organization_id = OLD.organization_id AND NEW.first_id = OLD.first_id
    AND NEW.last_id = OLD.last_id AND NEW.count = OLD.count AND NEW.marks = OLD.marks
    AND NEW.previous = OLD.previous AND NEW.digest = OLD.digest
    AND NEW.newest_at = OLD.newest_at AND NEW.sealed_at = OLD.sealed_at
"""

POSTGRESQL = (
    f"""
    CREATE FUNCTION accounts_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF {PRUNED} THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    f"""
    CREATE FUNCTION accounts_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF {ONLY_PRUNED} THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    *(
        f"""
        CREATE TRIGGER {trigger} BEFORE {verbs} ON {table}
        FOR EACH {each} EXECUTE FUNCTION {guard}()
        """
        for table, guard in (
            ("accounts_auditentry", "accounts_audit_guard"),
            ("accounts_auditseal", "accounts_seal_guard"),
        )
        for trigger, verbs, each in (
            (f"{guard}_rows", "UPDATE OR DELETE", "ROW"),
            (f"{guard}_table", "TRUNCATE", "STATEMENT"),
        )
    ),
)
SQLITE = tuple(
    f"""
    CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN NOT ({allowed})
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """
    for name, verb, table, allowed in (
        ("accounts_audit_guard_update", "UPDATE", "accounts_auditentry", "0"),
        ("accounts_audit_guard_delete", "DELETE", "accounts_auditentry", PRUNED),
        ("accounts_seal_guard_update", "UPDATE", "accounts_auditseal", ONLY_PRUNED),
        ("accounts_seal_guard_delete", "DELETE", "accounts_auditseal", "0"),
    )
)


def guard(apps, schema_editor):
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [("accounts", "0004_organization_roles_audit")]

    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
