"""State machines: a table of allowed moves, and the two functions that make a move."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

Moves = Mapping[str, frozenset[str]]


class MoveLost(Exception):
    """Somebody else moved the row first: it is no longer in the state we saw."""


class MoveForbidden(Exception):
    """The table of states has no such move."""


def move(row: models.Model, new: str, moves: Moves, **fields: Any) -> None:
    """Compare and swap the row's state; `fields` are written in the same statement.

    Raises MoveForbidden when the table has no such move, MoveLost when the row moved meanwhile.
    """
    old: str = row.state  # type: ignore[attr-defined]
    if new not in moves[old]:
        raise MoveForbidden(f"{row._meta.label} {row.pk}: {old} -> {new}")
    manager = type(row)._default_manager  # noqa: SLF001  documented by Django
    if manager.filter(pk=row.pk, state=old).update(state=new, **fields) != 1:
        raise MoveLost(f"{row._meta.label} {row.pk}: {old} -> {new}")
    for name, value in {"state": new, **fields}.items():
        setattr(row, name, value)


def move_all(rows: Sequence[models.Model], new: str, moves: Moves, **fields: Any) -> None:
    """Compare and swap the state of several rows of a table, in one statement a state they are in.

    `fields` are written in the same statement; an expression is not put on the rows. All rows
    move or none does: belongs in a transaction. Raises MoveForbidden, MoveLost.
    """
    values = {name: value for name, value in fields.items() if not hasattr(value, "as_sql")}
    for old in sorted({row.state for row in rows}):  # type: ignore[attr-defined]
        together = [row for row in rows if row.state == old]  # type: ignore[attr-defined]
        label = f"{len(together)} x {together[0]._meta.label}: {old} -> {new}"
        if new not in moves[old]:
            raise MoveForbidden(label)
        manager = type(together[0])._default_manager  # noqa: SLF001  documented by Django
        found = manager.filter(pk__in=[row.pk for row in together], state=old)
        if found.update(state=new, **fields) != len(together):
            raise MoveLost(label)
    for row in rows:
        for name, value in {"state": new, **values}.items():
            setattr(row, name, value)
