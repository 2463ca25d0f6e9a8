"""`manage.py import_contacts`: a file into an organization's address book, for operators."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.access import organization_of_domain
from accounts.models import Organization
from contacts import states
from contacts.access import report_rows
from contacts.actions import forget_run, new_run, read_rows, run_now
from contacts.importer import Unreadable, open_table
from contacts.models import ImportRun, first_row_id
from contacts.wording import failure_sentence
from flow.reader import ReaderAway

BAR = 30


class Command(BaseCommand):
    """Imports as the pages do: what a person entered or a recipient proved is kept."""

    help = "Import contacts (CSV, XLSX, vCard) into the address book of an organization."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, whose book it is, and what to print."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, metavar="DOMAIN")
        parser.add_argument("--dry-run", action="store_true", help="judge the rows, write nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")

    def handle(self, *, file: Path, organization: str, **options: Any) -> None:
        """Import, and print what became of the rows."""
        run = new_run(_organization(organization))
        dry, as_json = options["dry_run"], options["json"]
        try:
            with file.open("rb") as opened:
                table = open_table(opened)
                progress = None if as_json or not sys.stderr.isatty() else self._progress()
                run_now(run, read_rows(run, table), dry=dry, progress=progress)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except Unreadable as error:
            raise CommandError(f"{file}: {failure_sentence(error.reason)}") from error
        except ReaderAway as error:
            raise CommandError(f"{file}: {failure_sentence('reader_away')}") from error
        result, problems = summary(run)
        if dry:
            forget_run(run)
        self.stdout.write(json.dumps(result) if as_json else _told(result, problems, dry=dry))

    def _progress(self) -> Any:
        started = time.monotonic()

        def show(run: ImportRun) -> None:
            rate = run.position / max(time.monotonic() - started, 0.001)
            self.stderr.write(f"\r{run.position:>10} rows  {rate:>8.0f} rows/s", ending="")

        return show


def summary(run: ImportRun) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what became of the rows, with row and reason of those that were refused.

    And of those that became a contact without the number or code, which cannot be used.
    """
    counts = {key: run.counts.get(key, 0) for key in ("rows", "new", "changed", "same", "conflict")}
    base = first_row_id(run.pk)
    rejected, problems = [], []
    if run.counts.get(states.REJECTED) or run.counts.get("problems"):
        for row, verdict in report_rows(run):
            told = {"row": row.pk - base, "reason": row.reason}
            if verdict == states.REJECTED:
                rejected.append(told)
            elif row.reason not in {"", "duplicate", "twice_in_file"}:
                problems.append(told)
    return {**counts, "rejected": rejected}, problems


def _organization(domain: str) -> Organization:
    found = organization_of_domain(domain)
    if found is None:
        raise CommandError(f"no organization has the domain {domain}")
    return found


def _told(result: dict[str, Any], problems: list[dict[str, Any]], *, dry: bool) -> str:
    lines = [f"{'Would import' if dry else 'Imported'} {result['rows']} rows:"]
    lines += [f"  {key:<10}{result[key]:>10}" for key in ("new", "changed", "same", "conflict")]
    lines.append(f"  {'rejected':<10}{len(result['rejected']):>10}")
    told = [*result["rejected"], *problems]
    lines += [f"  row {row['row']}: {row['reason']}" for row in told[:20]]
    if len(told) > 20:
        lines.append(f"  and {len(told) - 20} more; --json names all that were rejected")
    return "\n".join(lines)
