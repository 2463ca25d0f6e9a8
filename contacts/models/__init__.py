"""The tables of the address books."""

from contacts.models.books import (
    LETTER_AND_DOMAIN,
    AddressChange,
    Contact,
    Datum,
    DeletedAddress,
    PastDatum,
    code_digest,
    seal_code,
)
from contacts.models.runs import (
    ROWS_PER_RUN,
    ImportRun,
    StagedRow,
    code_context,
    first_row_id,
)
from contacts.models.systems import Conflict, ExternalId, FieldLock, Proposal

__all__ = [
    "LETTER_AND_DOMAIN",
    "ROWS_PER_RUN",
    "AddressChange",
    "Conflict",
    "Contact",
    "Datum",
    "DeletedAddress",
    "ExternalId",
    "FieldLock",
    "ImportRun",
    "PastDatum",
    "Proposal",
    "StagedRow",
    "code_context",
    "code_digest",
    "first_row_id",
    "seal_code",
]
