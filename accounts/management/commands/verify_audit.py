"""`manage.py verify_audit`: proves that nobody changed the audit log, or names what was changed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from accounts.verifying import Chain, Finding, heads, verify

WORDS = {
    "changed": "row {row} is not what was written",
    "missing": "row {row} is gone",
    "inserted": "row {row} was put in later",
    "broken": "what stood before this range is gone or was replaced",
    "forged": "the seal of this range is not ours",
    "unsealed": "these rows should have been sealed by now: does beat run?",
}


class Command(BaseCommand):
    """Ends with 1 when anything is wrong."""

    help = "Verify the chain of the audit log. Keep the last word of each line somewhere else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take digests that an earlier run printed."""
        parser.add_argument(
            "--expect", nargs="*", default=[], help="digests that must still be in the chain"
        )

    def handle(self, *, expect: list[str], **_options: Any) -> None:
        """Look at each organization."""
        wrong, seen = 0, set[str]()
        for organization in Organization.objects.order_by("pk"):
            chain = verify(organization)
            seen |= heads(organization) if expect else set()
            self.stdout.write(_line(organization, chain))
            for finding in chain.findings:
                self.stderr.write(_words(finding))
            wrong += len(chain.findings)
        gone = sorted(set(expect) - seen)
        for digest in gone:
            self.stderr.write(f"  the chain does not hold {digest} any more: its end was cut off")
        if wrong or gone:
            raise CommandError(f"the audit log was tampered with: {wrong + len(gone)} findings")


def _line(organization: Organization, chain: Chain) -> str:
    verdict = "WRONG" if chain.findings else "ok"
    return (
        f"{organization.name} (organization:{organization.pk}): {verdict}, {chain.ranges} ranges,"
        f" {chain.rows} rows sealed, {chain.unsealed} not yet; last seal: {chain.head or 'none'}"
    )


def _words(finding: Finding) -> str:
    words = WORDS[finding.what].format(row=finding.row)
    return f"  range {finding.first_id} to {finding.last_id}: {words}"
