"""States of a mail that was taken in, and the moves between them. Pure."""

STORED, DRAFTED, REFUSED, PASSED_ON = "stored", "drafted", "refused", "passed_on"

MOVES = {
    STORED: frozenset({DRAFTED, REFUSED, PASSED_ON}),
    DRAFTED: frozenset(),
    REFUSED: frozenset(),
    PASSED_ON: frozenset(),
}

# Why an SMTP session was sent away, as monitoring counts it.
TOO_MANY_SESSIONS, TOO_MANY_LOGINS, TOO_SLOW = "too_many_sessions", "too_many_logins", "too_slow"
REFUSALS = (TOO_MANY_SESSIONS, TOO_MANY_LOGINS, TOO_SLOW)
