"""Recognizing a mail that is sent again: the same Message-ID, or subject, body and files."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from vault.keys import keyed_digest

_PREFIX = re.compile(r"^((re|fw|fwd|aw|antw|doorst)\s*:\s*)+", re.IGNORECASE)


def message_id_index(message_id: str) -> str:
    """Return the blind index of a Message-ID, "" when the mail has none."""
    cleaned = message_id.strip().strip("<>").strip()
    return keyed_digest("message-id", cleaned) if cleaned else ""


def fingerprint(subject: str, text: str, files: Iterable[bytes] = ()) -> str:
    """Return the blind index of a mail's subject, visible text (no header block) and files.

    White space, case and "Re:" or "Fwd:" do not count: mail clients change them at a resend.
    The files count, because a scanner sends every document with the same words.
    """
    digests = sorted(hashlib.sha256(content).hexdigest() for content in files)
    words = (_fold(_PREFIX.sub("", subject.strip())), _fold(text), *digests)
    return keyed_digest("fingerprint", "\n".join(words))


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
