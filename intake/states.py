"""States of a mail that was taken in, and the moves between them. Pure."""

STORED, DRAFTED, REFUSED, PASSED_ON = "stored", "drafted", "refused", "passed_on"

MOVES = {
    STORED: frozenset({DRAFTED, REFUSED, PASSED_ON}),
    DRAFTED: frozenset(),
    REFUSED: frozenset(),
    PASSED_ON: frozenset(),
}
