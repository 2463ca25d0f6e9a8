"""After an earlier ZIVWEB_SECRET_KEY was removed: the digests that codes are compared by, anew."""

from django.db import transaction
from django.db.models import QuerySet

from contacts.models import Conflict, Datum, PastDatum, code_digest
from vault.keys import VaultError
from vault.sealing import unseal_text

BATCH = 50  # where all writers wait: no transaction over 200 ms


Row = Datum | PastDatum | Conflict


def rewrite_digests() -> int:
    """Compute the digest of every access code anew; return how many differed. Safe to repeat."""
    tables = (Datum.objects.all(), PastDatum.objects.all(), Conflict.objects.all())
    return sum(_rewrite(rows) for rows in tables)


def _rewrite(rows: "QuerySet[Datum] | QuerySet[PastDatum] | QuerySet[Conflict]") -> int:
    last, changed = 0, 0
    while True:
        with transaction.atomic():
            after = rows.filter(pk__gt=last).exclude(digest="").order_by("pk")
            locked = after.select_related("contact").select_for_update(of=("self",))
            held: list[Row] = list(locked[:BATCH])
            changed += sum(_rewrite_row(row) for row in held)
        if not held:
            return changed
        last = held[-1].pk


def _rewrite_row(row: Row) -> bool:
    place = row.contact.code_place
    try:
        digest = code_digest(unseal_text(bytes(row.code_sealed), place), place)
    except VaultError:
        return False
    if row.digest == digest:
        return False
    row.digest = digest
    row.save(update_fields=["digest"])
    return True
