"""Recognizing a mail that is sent again: a reader could not tell the two apart."""

import hashlib
import json

from drafts.canonical import canonical_html, canonical_line, canonical_text, is_rendering
from drafts.incoming import IncomingAttachment, IncomingMail
from vault.keys import keyed_digest

_SIGNATURE_TYPES = frozenset(
    f"application/{kind}" for kind in ("pgp-signature", "pkcs7-signature", "x-pkcs7-signature")
)
_SIGNATURE_NAMES = frozenset(
    {"smime.p7s", "signature.asc", "openpgp_signature", "openpgp_signature.asc"}
)


def message_id_index(message_id: str) -> str:
    """Return the blind index of a Message-ID, "" when the mail has none.

    It says which mails are parts of one that a mail server split, and nothing else.
    """
    cleaned = message_id.strip().strip("<>").strip()
    return keyed_digest("message-id", cleaned) if cleaned else ""


def fingerprint(mail: IncomingMail) -> str:
    """Return the blind index of all that a reader sees of a mail.

    That is its subject, what each body shows (`drafts.canonical`), and its files and pictures, by
    name and bytes. Plain text that only repeats the HTML does not count: programs add it or not.
    Nor does the S/MIME or PGP signature of the mail, which holds the time of signing.
    """
    digests = [hashlib.sha256(file.content).hexdigest() for file in mail.attachments]
    files = list(zip(mail.attachments, digests, strict=True))
    pictures = {file.content_id: digest for file, digest in files if file.content_id}
    html = canonical_html(mail.html or "", pictures)
    text = mail.text or ""
    seen = [
        canonical_line(mail.subject),
        html,
        "" if html and is_rendering(text, html) else canonical_text(text, pictures),
        sorted(
            (canonical_line(file.name), digest) for file, digest in files if not _is_signature(file)
        ),
    ]
    return keyed_digest("fingerprint", json.dumps(seen))


def _is_signature(file: IncomingAttachment) -> bool:
    return file.content_type in _SIGNATURE_TYPES and file.name.lower() in _SIGNATURE_NAMES
