"""The audit line that every action writes in its own transaction."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model

from accounts.models import AuditEntry, User

_asker: ContextVar[str | None] = ContextVar("asker", default=None)


@contextmanager
def asked_from(ip: str | None) -> Iterator[None]:
    """Have what is recorded meanwhile say that the request came from this network address."""
    token = _asker.set(ip)
    try:
        yield
    finally:
        _asker.reset(token)


def asker() -> str | None:
    """Return the network address that asks now, None where nobody does."""
    return _asker.get()


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
        organization_id=organization_id,
        actor_id=actor_id,
        verb=verb,
        about=about,
        data=data,
        ip=_asker.get(),
    )


def record_all(lines: Iterable[AuditEntry]) -> None:
    """Write what happened to several things, in one statement."""
    AuditEntry.objects.bulk_create(lines)


def note(verb: str, row: Model, actor: User | None, **data: Any) -> None:
    """Write what was done to a row of an organization, by a person or (None) by itself."""
    actor_id = actor.pk if actor else None
    about = f"{row._meta.verbose_name}:{row.pk}"
    place = getattr(row, "organization_id", row.pk)
    record(verb, about, organization_id=place, actor_id=actor_id, **data)


def note_change(
    verb: str,
    row: Model,
    actor: User | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> bool:
    """Write what was changed, before and after; tell whether anything was."""
    changed = sorted(
        name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
    )
    if changed:
        note(
            verb, row, actor,
            before={name: before.get(name) for name in changed},
            after={name: after.get(name) for name in changed},
        )  # fmt: skip
    return bool(changed)
