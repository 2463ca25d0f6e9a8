"""Recognizing a mail that is sent again: the same Message-ID, or the same subject and body."""

import re
import unicodedata

from vault.keys import keyed_digest

_PREFIX = re.compile(r"^((re|fw|fwd|aw|antw|doorst)\s*:\s*)+", re.IGNORECASE)


def message_id_index(message_id: str) -> str:
    """Return the blind index of a Message-ID, "" when the mail has none."""
    cleaned = message_id.strip().strip("<>").strip()
    return keyed_digest("message-id", cleaned) if cleaned else ""


def fingerprint(subject: str, text: str) -> str:
    """Return the blind index of a mail's subject and visible text, without the header block.

    White space, case and "Re:" or "Fwd:" do not count: mail clients change them at a resend.
    """
    return keyed_digest("fingerprint", f"{_fold(_PREFIX.sub('', subject.strip()))}\n{_fold(text)}")


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
