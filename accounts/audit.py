"""The audit line that every action writes in its own transaction."""

from collections.abc import Iterable
from typing import Any

from accounts.models import AuditEntry


def record(
    verb: str, about: str, *, organization_id: int, actor_id: int | None = None, **data: Any
) -> None:
    """Write what happened: `about` is like "draft:12"; `data` holds codes and counts only."""
    record_all([line(verb, about, organization_id=organization_id, actor_id=actor_id, **data)])


def line(
    verb: str, about: str, *, organization_id: int, actor_id: int | None = None, **data: Any
) -> AuditEntry:
    """Return what happened, to be written together with others."""
    return AuditEntry(
        organization_id=organization_id, actor_id=actor_id, verb=verb, about=about, data=data
    )


def record_all(lines: Iterable[AuditEntry]) -> None:
    """Write what happened to several things, in one statement."""
    AuditEntry.objects.bulk_create(lines)
