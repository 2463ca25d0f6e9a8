"""Django's PostgreSQL backend, with tables emptied the way that suits a handful of rows."""

from collections.abc import Sequence

from django.core.management.color import Style
from django.db.backends.postgresql import base, operations


class DatabaseOperations(operations.DatabaseOperations):
    """Empties all tables after a test that committed in a tenth of the time."""

    def sql_flush(
        self,
        style: Style,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        """Return a DELETE a table: TRUNCATE makes new files for each table and its indexes.

        Without triggers (of the superuser that the tests are): no order among the tables, and
        rows that the product only ever adds go as well.
        """
        if reset_sequences or not tables:
            return super().sql_flush(
                style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
            )
        names = (self.quote_name(table) for table in tables)
        deletes = (f"DELETE FROM {name}" for name in names)  # noqa: S608 - names of our own tables
        return ["; ".join(["SET LOCAL session_replication_role = replica", *deletes])]


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection of the tests."""

    ops_class = DatabaseOperations
