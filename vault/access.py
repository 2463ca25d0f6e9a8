"""Finds what is wrapped by the keyring itself, and under which of its keys."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, Count, Max, Model, QuerySet
from django.db.models.functions import Substr

from vault.keys import KEY_ID_BYTES, key_id, keyring
from vault.models import KeyUse


@dataclass(frozen=True)
class Column:
    """A column of bytes wrapped by the keyring; `place` is the attribute that names their place."""

    model: type[Model]
    field: str
    place: str

    def __str__(self) -> str:
        """Name it as an operator finds it in the database."""
        return f"{self.model._meta.db_table}.{self.field}"

    @property
    def rows(self) -> QuerySet[Any]:
        """The rows that hold something, with the id of its key as `wrapped_by`."""
        by = Substr(self.field, 1, KEY_ID_BYTES, output_field=BinaryField())
        every: QuerySet[Any] = self.model._meta.base_manager.all()
        kept = every.exclude(**{self.field: b""}).exclude(**{f"{self.field}__isnull": True})
        rows: QuerySet[Any] = kept.annotate(wrapped_by=by)
        return rows

    @property
    def old_rows(self) -> QuerySet[Any]:
        """The rows that are not under the first key of the keyring."""
        return self.rows.exclude(wrapped_by=key_id(keyring().keys[0]))

    @property
    def other_bytes(self) -> list[str]:
        """The columns of bytes beside this one, which may be large."""
        fields = self.model._meta.concrete_fields
        bytes_ = [field.name for field in fields if isinstance(field, BinaryField)]
        return [name for name in bytes_ if name != self.field]


def wrapped_columns() -> list[Column]:
    """Return every column that models declare as `under_keyring`."""
    return [
        Column(model, field, place)
        for model in apps.get_models()
        for field, place in getattr(model, "under_keyring", {}).items()
    ]


MOST_WRAPS = 2**32  # of random nonces of 96 bits under one key (NIST SP 800-38D, 8.3)
MANY_WRAPS = 2**31  # time for another key


def rows_made() -> int:
    """Return how many rows were ever made that the keyring wraps something of: by their ids."""
    models = {column.model for column in wrapped_columns()}
    newest = [model._meta.base_manager.aggregate(newest=Max("pk"))["newest"] for model in models]
    return sum(number or 0 for number in newest)


def wraps_of_first_key() -> int:
    """Return about how often the first key of the keyring has wrapped something."""
    use = KeyUse.objects.filter(key_id=key_id(keyring().keys[0]).hex()).first()
    if use is None:
        return rows_made()
    return rows_made() - use.rows_before + use.rewrapped


def count_by_key() -> Counter[bytes]:
    """Return how many values are wrapped by which key, by key id."""
    counts: Counter[bytes] = Counter()
    for column in wrapped_columns():
        grouped = column.rows.values_list("wrapped_by").annotate(Count("pk")).order_by()
        for wrapped_by, count in grouped:
            counts[bytes(wrapped_by)] += count
    return counts
