"""The only writer of address books."""

from contacts.actions.books import (
    advance_change,
    bring_back,
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
from contacts.actions.writing import AddressTakenError

__all__ = [
    "AddressTakenError",
    "advance_change",
    "bring_back",
    "confirm",
    "delete_contact",
    "dispute",
    "finish_change",
    "learn",
    "learn_proven",
    "restore_contact",
    "save_contact",
    "settle_dispute",
]
