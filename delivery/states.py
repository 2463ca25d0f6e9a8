"""States of a message's recipient, and the moves between them. Pure."""

QUEUED, NOTIFIED, VERIFIED, READ = "queued", "notified", "verified", "read"
BOUNCED, SUSPENDED, REVOKED, EXPIRED = "bounced", "suspended", "revoked", "expired"

_ENDS = {REVOKED, EXPIRED}

# From suspended there are two ways back: a new number starts over (queued), or the recipient says
# that the number was right after all (notified). A number can change after a first reading.
MOVES = {
    QUEUED: frozenset({NOTIFIED, VERIFIED, BOUNCED, SUSPENDED} | _ENDS),
    NOTIFIED: frozenset({VERIFIED, BOUNCED, SUSPENDED} | _ENDS),
    VERIFIED: frozenset({READ, SUSPENDED} | _ENDS),
    READ: frozenset({SUSPENDED} | _ENDS),
    BOUNCED: frozenset({QUEUED, VERIFIED, SUSPENDED} | _ENDS),
    SUSPENDED: frozenset({QUEUED, NOTIFIED} | _ENDS),
    REVOKED: frozenset(),
    EXPIRED: frozenset(),
}

OPEN = frozenset({QUEUED, NOTIFIED, VERIFIED, READ, BOUNCED})
UNREAD = frozenset({QUEUED, NOTIFIED, BOUNCED})
