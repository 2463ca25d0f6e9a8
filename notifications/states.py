"""States of a notification (an outbox row), and the moves between them. Pure."""

QUEUED, SENDING, SENT, FAILED, CANCELLED = "queued", "sending", "sent", "failed", "cancelled"

MOVES = {
    QUEUED: frozenset({SENDING, CANCELLED}),
    SENDING: frozenset({SENT, FAILED, QUEUED}),
    SENT: frozenset(),
    FAILED: frozenset(),
    CANCELLED: frozenset(),
}

MAIL, SMS = "mail", "sms"

# What is reported of a notification that was sent: the carrier's receipt, a mail that came back.
DELIVERED, RETURNED = "delivered", "returned"
