"""States of a message's recipient, and the moves between them. Pure."""

QUEUED, NOTIFIED, VERIFIED, READ = "queued", "notified", "verified", "read"
BOUNCED, SUSPENDED, REVOKED, EXPIRED = "bounced", "suspended", "revoked", "expired"

_ENDS = {REVOKED, EXPIRED}

# From suspended there are two ways back: a new number or code starts over (queued), or the
# recipient says that it was right after all (notified). A sender may correct it, or send the mail
# again, at any time (queued), and take back a withdrawal for a while: then it is as it was.
_AGAIN = {QUEUED, SUSPENDED}
MOVES = {
    QUEUED: frozenset({NOTIFIED, VERIFIED, BOUNCED, SUSPENDED} | _ENDS),
    NOTIFIED: frozenset({VERIFIED, BOUNCED} | _AGAIN | _ENDS),
    VERIFIED: frozenset({READ} | _AGAIN | _ENDS),
    READ: frozenset(_AGAIN | _ENDS),
    BOUNCED: frozenset({VERIFIED} | _AGAIN | _ENDS),
    SUSPENDED: frozenset({QUEUED, NOTIFIED} | _ENDS),
    REVOKED: frozenset({QUEUED, NOTIFIED, READ, EXPIRED}),
    EXPIRED: frozenset(),
}

OPEN = frozenset({QUEUED, NOTIFIED, VERIFIED, READ, BOUNCED})
UNREAD = frozenset({QUEUED, NOTIFIED, BOUNCED})
LIVE = OPEN | {SUSPENDED}
