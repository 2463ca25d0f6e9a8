"""The only writer of address books."""

from contacts.actions.books import (
    advance_change,
    bring_back,
    claim_change,
    confirm,
    delete_contact,
    dispute,
    finish_change,
    learn,
    learn_proven,
    restore_contact,
    save_contact,
    settle_dispute,
)
from contacts.actions.bulk import delete_contacts, fix_contacts, note_export
from contacts.actions.conflicts import keep_ours, take_theirs, unlock
from contacts.actions.forgetting import (
    erase_address,
    forget_books,
    forget_decisions,
    forget_file_names,
    forget_history,
)
from contacts.actions.importing import Cancelled, import_rows, read_rows
from contacts.actions.learning import Lesson, learn_all
from contacts.actions.proposals import accept_proposal, propose, refuse_proposal
from contacts.actions.rewriting import rewrite_digests
from contacts.actions.runs import (
    cancel,
    check,
    due_runs,
    forget_old_rows,
    forget_run,
    new_run,
    run_now,
    start,
    undo,
    upload,
)
from contacts.actions.slices import take_turn
from contacts.actions.syncing import Synced, delete_synced, sync_contacts
from contacts.actions.writing import AddressTakenError, held

__all__ = [
    "AddressTakenError",
    "Cancelled",
    "Lesson",
    "Synced",
    "accept_proposal",
    "advance_change",
    "bring_back",
    "cancel",
    "check",
    "claim_change",
    "confirm",
    "delete_contact",
    "delete_contacts",
    "delete_synced",
    "dispute",
    "due_runs",
    "erase_address",
    "finish_change",
    "fix_contacts",
    "forget_books",
    "forget_decisions",
    "forget_file_names",
    "forget_history",
    "forget_old_rows",
    "forget_run",
    "held",
    "import_rows",
    "keep_ours",
    "learn",
    "learn_all",
    "learn_proven",
    "new_run",
    "note_export",
    "propose",
    "read_rows",
    "refuse_proposal",
    "restore_contact",
    "rewrite_digests",
    "run_now",
    "save_contact",
    "settle_dispute",
    "start",
    "sync_contacts",
    "take_theirs",
    "take_turn",
    "undo",
    "unlock",
    "upload",
]
