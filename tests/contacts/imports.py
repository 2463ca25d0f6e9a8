"""Files and imports of the tests."""

import io
from collections.abc import Sequence

from django.core.files import File

from accounts.models import User
from contacts import actions, states
from contacts.importer import open_table
from contacts.models import ImportRun
from contacts.tasks import work_imports

HEADER = "email_address,full_name,phone_number,access_code,access_code_hint"


def csv_file(*rows: str, header: str = HEADER) -> io.BytesIO:
    """Return a CSV file of these rows."""
    return io.BytesIO("\n".join([header, *rows, ""]).encode())


def imported(admin: User, *rows: str, source: str = "import", **choices: str) -> ImportRun:
    """Import these rows into the book of the admin's organization at once."""
    run = actions.new_run(admin.organization, source)
    run.changed_rows = choices.get("changed_rows", states.OVERWRITE)
    run.conflicts = choices.get("conflicts", states.ASK)
    file = csv_file(*rows, header=choices.get("header", HEADER))
    actions.run_now(run, actions.read_rows(run, open_table(file)))
    return run


def uploaded(actor: User, *rows: str, personal: bool = False, header: str = HEADER) -> ImportRun:
    """Upload these rows and have them checked."""
    run = actions.upload(
        actor, personal=personal, file=File(csv_file(*rows, header=header)), name="contacts.csv"
    )
    actions.check(run, run.roles)
    work_imports()
    return ImportRun.objects.get(pk=run.pk)


def written(run: ImportRun, actor: User, **choices: str) -> ImportRun:
    """Write a checked import."""
    actions.start(
        run,
        actor,
        changed_rows=choices.get("changed_rows", states.OVERWRITE),
        conflicts=choices.get("conflicts", states.ASK),
    )
    work_imports()
    return ImportRun.objects.get(pk=run.pk)


def verdicts(run: ImportRun) -> dict[str, int]:
    """Return the counts of an import that are not zero."""
    keys: Sequence[str] = states.VERDICTS
    return {key: count for key in keys if (count := run.counts.get(key, 0))}
