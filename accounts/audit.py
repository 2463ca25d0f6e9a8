"""The audit line that every action writes in its own transaction."""

from typing import Any

from accounts.models import AuditEntry


def record(
    verb: str, about: str, *, organization_id: int, actor_id: int | None = None, **data: Any
) -> None:
    """Write what happened: `about` is like "draft:12"; `data` holds codes and counts only."""
    AuditEntry.objects.create(
        organization_id=organization_id, actor_id=actor_id, verb=verb, about=about, data=data
    )
