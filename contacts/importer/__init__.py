"""Reads files of contacts: each row becomes a contact, or says why it is none.

The files are read by a process of their own (`reading`); all else is pure.
"""

from contacts.importer.columns import ROLES, guess_roles
from contacts.importer.errors import Unreadable
from contacts.importer.reading import A_LOOK, open_pieces, open_table
from contacts.importer.rows import Reader, Row
from contacts.importer.tables import MAX_BYTES, Table

__all__ = [
    "A_LOOK",
    "MAX_BYTES",
    "ROLES",
    "Reader",
    "Row",
    "Table",
    "Unreadable",
    "guess_roles",
    "open_pieces",
    "open_table",
]
