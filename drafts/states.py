"""States of a draft, the moves between them, and why a recipient is incomplete. Pure."""

RECEIVED, WAITING, READY = "received", "waiting", "ready"
SENDING, SENT = "sending", "sent"
DISCARDED, EXPIRED, SUPERSEDED = "discarded", "expired", "superseded"

GIVEN_UP = {DISCARDED, EXPIRED, SUPERSEDED}

MOVES = {
    RECEIVED: frozenset({WAITING, READY, EXPIRED}),
    WAITING: frozenset({READY} | GIVEN_UP),
    READY: frozenset({WAITING, SENDING} | GIVEN_UP),
    SENDING: frozenset({SENT, READY}),
    DISCARDED: frozenset({WAITING, READY}),
    SENT: frozenset(),
    EXPIRED: frozenset(),
    SUPERSEDED: frozenset(),
}

# So many attempts to judge a draft that came in; one more, and it is given up.
MAX_ATTEMPTS = 5

HELD = frozenset({WAITING, READY})

MISSING, INVALID, NOT_ALLOWED = "missing", "invalid", "not_allowed"
DISPUTED, COUNTRY = "disputed", "country"

BAD_HEADER, DUPLICATE = "bad_header", "duplicate"
