"""In what the two databases differ, each by its name: nothing else asks which of them it is."""

from django.db import connection


def embedded() -> bool:
    """Tell whether the database runs in our own processes: no other machine, clock or version."""
    return connection.vendor == "sqlite"


def one_writer() -> bool:
    """Tell whether one transaction writes at a time: that one holds the lock of every row."""
    return connection.vendor == "sqlite"


def copies_rows() -> bool:
    """Tell whether rows come in by COPY."""
    return connection.vendor == "postgresql"


def finds_trigrams() -> bool:
    """Tell whether an index finds three letters in the middle of a text."""
    return connection.vendor == "postgresql"


def answers_later() -> bool:
    """Tell whether a statement can be under way while the next one is made ready."""
    return connection.vendor == "postgresql"
