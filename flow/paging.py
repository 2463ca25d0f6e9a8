"""Keyset paging: the next page starts after the last row seen, however deep it lies.

The key of that row is signed for its list: nobody asks for a page after a row that they were not
shown, and learns from the order where a row of somebody else belongs (docs/adr/0054).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db import models

PAGE_SIZE = 30

Item = TypeVar("Item")
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows, and the cursor that the next page starts after ("" at the end)."""

    rows: Sequence[Item]
    next_key: str


def id_in(text: str) -> int | None:
    """Return the primary key that stands in a request; None when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def cursor_of(listed: str, key: object) -> str:
    """Return the form in which a request names the last row that a page of this list showed."""
    return Signer(salt=f"page of {listed}").sign(str(key))


def key_in(listed: str, cursor: str) -> str:
    """Return the key of a cursor that was made for this list; "" when it is none."""
    try:
        return Signer(salt=f"page of {listed}").unsign(cursor)
    except BadSignature:
        return ""


def page_by_id(rows: models.QuerySet[Row], after: str, size: int = PAGE_SIZE) -> Page[Row]:
    """Return a page of rows, newest first; `after` is the cursor of the page before, or ""."""
    listed = rows.model._meta.label
    last = id_in(key_in(listed, after))
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: size + 1])
    more = len(found) > size
    return Page(found[:size], cursor_of(listed, found[size - 1].pk) if more else "")
