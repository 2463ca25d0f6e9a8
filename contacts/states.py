"""The states of an import, of a parked conflict and of a proposal, and their allowed moves."""

from flow.moves import Moves

UPLOADED, CHECKING, CHECKED = "uploaded", "checking", "checked"
IMPORTING, DONE, CANCELLED, FAILED = "importing", "done", "cancelled", "failed"
UNDOING, UNDONE = "undoing", "undone"
CHOICES = [
    (state, state)
    for state in (
        UPLOADED,
        CHECKING,
        CHECKED,
        IMPORTING,
        DONE,
        CANCELLED,
        FAILED,
        UNDOING,
        UNDONE,
    )
]
WORKING = (CHECKING, IMPORTING, UNDOING)
MOVES: Moves = {
    UPLOADED: frozenset({CHECKING, CANCELLED}),
    CHECKING: frozenset({CHECKED, UPLOADED, FAILED}),
    CHECKED: frozenset({CHECKING, IMPORTING, CANCELLED}),
    IMPORTING: frozenset({DONE, CANCELLED, FAILED}),
    DONE: frozenset({UNDOING}),
    CANCELLED: frozenset({UNDOING}),
    FAILED: frozenset({UNDOING}),
    UNDOING: frozenset({UNDONE, FAILED}),
    UNDONE: frozenset(),
}

# What becomes of the rows of a class.
KEEP, OVERWRITE, ASK = "keep", "overwrite", "ask"

NEW, CHANGED, SAME, CONFLICT, REJECTED = "new", "changed", "same", "conflict", "rejected"
VERDICTS = (NEW, CHANGED, SAME, CONFLICT, REJECTED)

OPEN, KEPT, TAKEN = "open", "kept", "taken"
ACCEPTED, REFUSED = "accepted", "refused"
