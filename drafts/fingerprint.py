"""Recognizing a mail that is sent again: a reader could not tell the two apart."""

from drafts.incoming import IncomingMail
from vault.keys import index_digest


def message_id_index(message_id: str) -> str:
    """Return the blind index of a Message-ID, "" when the mail has none.

    It says which mails are parts of one that a mail server split, and nothing else.
    """
    cleaned = message_id.strip().strip("<>").strip()
    return index_digest("message-id", cleaned) if cleaned else ""


def fingerprint(mail: IncomingMail) -> str:
    """Return the blind index of all that a reader sees of a mail. It must be prepared."""
    if not mail.seen:
        raise ValueError("this mail is not prepared (drafts.preparing)")
    return index_digest("fingerprint", mail.seen)
