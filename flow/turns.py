"""Organizations take turns: of the rows that wait, one that has many leaves room for the others."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from django.db import connection, models

from flow import engine

Row = TypeVar("Row", bound=models.Model)

# Of each organization that has rows, found one by one in an index that begins with it, the first
# ones; then the first of each, the second of each, and so on. Where there are very many
# organizations, it is drawn which of them have their turn.
_ROUND: Final = """
WITH RECURSIVE waiting(organization) AS (
    SELECT min(organization_id) FROM ({rows}) AS a
    UNION ALL
    SELECT (SELECT min(organization_id) FROM ({rows}) AS b
        WHERE b.organization_id > waiting.organization)
    FROM waiting WHERE waiting.organization IS NOT NULL
), drawn AS (
    SELECT organization FROM waiting WHERE organization IS NOT NULL ORDER BY random() LIMIT {count}
), first_ones AS (
    SELECT its.id, row_number() OVER (PARTITION BY drawn.organization ORDER BY {order}) AS turn
    FROM drawn {join}
)
SELECT id FROM first_ones ORDER BY turn, random() LIMIT {count}
"""
_FIRST: Final = """
SELECT c.* FROM ({rows}) AS c WHERE c.organization_id = drawn.organization
ORDER BY {first} LIMIT {count}
"""
_LOCKED: Final = "CROSS JOIN LATERAL ({first_rows} FOR UPDATE SKIP LOCKED) AS its"
_UNLOCKED: Final = "CROSS JOIN LATERAL ({first_rows}) AS its"
_ALONE: Final = "JOIN ({rows}) AS its ON its.id IN (SELECT id FROM ({first_rows}) AS f)"


def in_turns(rows: models.QuerySet[Row], count: int, order: Sequence[str] = ("id",)) -> list[int]:
    """Return the ids of some of the rows, as many of one organization as of any other.

    `order` is that of the rows of one organization. They are locked, passing over those that
    another worker holds; belongs in a transaction. Needs an index of organization and `order`.
    """
    return _round(rows, count, order, _ALONE if engine.one_writer() else _LOCKED)


def unlocked_in_turns(rows: models.QuerySet[Row], count: int) -> list[int]:
    """Return the ids of some of the rows in turns, oldest first, as `in_turns`, but lock none."""
    return _round(rows, count, ("id",), _ALONE if engine.one_writer() else _UNLOCKED)


def _round(rows: models.QuerySet[Row], count: int, order: Sequence[str], join: str) -> list[int]:
    if count <= 0:
        return []
    plain = rows.order_by().values("id", "organization_id", *order)
    sql, params = plain.query.sql_with_params()
    first_rows = _FIRST.format(rows=sql, first=_columns("c", order), count=count)
    statement = _ROUND.format(
        rows=sql,
        count=count,
        order=_columns("its", order),
        join=join.format(rows=sql, first_rows=first_rows),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, params * statement.count(f"({sql})"))
        return [pk for (pk,) in cursor.fetchall()]


def _columns(table: str, names: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def sorted_by_turn(rows: Iterable[Row], ids: Sequence[int]) -> list[Row]:
    """Return the rows in the order of these ids."""
    places = {pk: place for place, pk in enumerate(ids)}
    return sorted(rows, key=lambda row: places[row.pk])
