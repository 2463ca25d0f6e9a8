"""What auditors do with the audit log."""

from collections.abc import Mapping

from accounts import audit
from accounts.models import User


def note_export(auditor: User, wanted: Mapping[str, str]) -> None:
    """Note that somebody took rows of the audit log along."""
    audit.note("export_audit", auditor.organization, auditor, filters=sorted(wanted))
