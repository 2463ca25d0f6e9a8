"""Keyset paging: the next page starts after the last row seen, however deep it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

PAGE_SIZE = 30

Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows, and the key that the next page starts after ("" at the end)."""

    rows: Sequence[Item]
    next_key: str


def id_in(text: str) -> int | None:
    """Return the primary key that stands in a request; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def page_by_id(rows: models.QuerySet[Row], after: str, size: int = PAGE_SIZE) -> Page[Row]:
    """Return a page of rows, newest first; `after` is the key of the page before, or ""."""
    last = id_in(after)
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: size + 1])
    more = len(found) > size
    return Page(found[:size], str(found[size - 1].pk) if more else "")
