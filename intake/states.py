"""States of a mail that was taken in, and the moves between them. Pure."""

STORED, DRAFTED, REFUSED = "stored", "drafted", "refused"

MOVES = {
    STORED: frozenset({DRAFTED, REFUSED}),
    DRAFTED: frozenset(),
    REFUSED: frozenset(),
}
