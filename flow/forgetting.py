"""How long what names people is kept after it served its end, and what stands in its place."""

from datetime import timedelta
from typing import Final

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast, Concat

KEPT: Final = timedelta(days=90)  # recipients of what ended, notifications, decisions
HISTORY: Final = timedelta(days=365)  # what a contact held before
REMOVED: Final = timedelta(days=30)  # the personal address book of somebody who was removed
BATCH: Final = 200  # rows in a statement: short enough for those who wait

DOMAIN: Final = "forgotten.invalid"  # RFC 2606: no address of anybody
# In the place of an address; one for each row, where addresses must differ.
NOBODY: Final = Concat(
    Value("row-"), Cast(F("pk"), CharField()), Value(f"@{DOMAIN}"), output_field=CharField()
)


def first_ids(rows: "QuerySet[object]") -> list[int]:  # type: ignore[type-var]
    """Return the ids of a batch, the oldest first."""
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
