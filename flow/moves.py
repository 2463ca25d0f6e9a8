"""State machines: a table of allowed moves, and the one function that makes a move."""

from collections.abc import Mapping
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
