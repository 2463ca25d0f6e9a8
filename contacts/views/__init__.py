"""The pages of the address books, by what people do there."""

from contacts.views.books import (
    contact,
    contact_bring_back,
    contact_bulk,
    contact_delete,
    contact_export,
    contact_list,
    contact_new,
    contact_restore,
    organization_contact_list,
    organization_contact_new,
)
from contacts.views.deciding import contact_conflicts, contact_proposals, contact_unlock
from contacts.views.imports import (
    contact_import,
    import_cancel,
    import_check,
    import_report,
    import_run,
    import_start,
    import_undo,
)

__all__ = [
    "contact",
    "contact_bring_back",
    "contact_bulk",
    "contact_conflicts",
    "contact_delete",
    "contact_export",
    "contact_import",
    "contact_list",
    "contact_new",
    "contact_proposals",
    "contact_restore",
    "contact_unlock",
    "import_cancel",
    "import_check",
    "import_report",
    "import_run",
    "import_start",
    "import_undo",
    "organization_contact_list",
    "organization_contact_new",
]
