"""Reads files of contacts: each row becomes a contact, or says why it is none. Pure."""

from contacts.importer.columns import ROLES, guess_roles
from contacts.importer.files import MAX_BYTES, Table, Unreadable, open_table
from contacts.importer.rows import Reader, Row

__all__ = [
    "MAX_BYTES",
    "ROLES",
    "Reader",
    "Row",
    "Table",
    "Unreadable",
    "guess_roles",
    "open_table",
]
