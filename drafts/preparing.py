"""What is made of a mail before it is held, where strangers' bytes are read. Pure."""

import hashlib
import json
from dataclasses import replace

from delivery.reading import shown
from drafts.canonical import canonical_line, canonical_shown, canonical_text, is_rendering
from drafts.incoming import IncomingAttachment, IncomingMail

_SIGNATURE_TYPES = frozenset(
    f"application/{kind}" for kind in ("pgp-signature", "pkcs7-signature", "x-pkcs7-signature")
)
_SIGNATURE_NAMES = frozenset(
    {"smime.p7s", "signature.asc", "openpgp_signature", "openpgp_signature.asc"}
)


def prepared(mail: IncomingMail) -> IncomingMail:
    """Return the mail with what pages show of its HTML, and with all that a reader sees of it.

    That is its subject, what each body shows (`drafts.canonical`), and its files and pictures, by
    name and bytes. Plain text that only repeats the HTML does not count: programs add it or not.
    Nor does the S/MIME or PGP signature of the mail, which holds the time of signing.
    """
    digests = [hashlib.sha256(file.content).hexdigest() for file in mail.attachments]
    files = list(zip(mail.attachments, digests, strict=True))
    pictures = {file.content_id: digest for file, digest in files if file.content_id}
    safe = shown(mail.html) if mail.html else None
    html = canonical_shown(mail.html or "", safe, pictures)
    text = mail.text or ""
    seen = [
        canonical_line(mail.subject),
        html,
        "" if html and is_rendering(text, html) else canonical_text(text, pictures),
        sorted(
            (canonical_line(file.name), digest) for file, digest in files if not _is_signature(file)
        ),
    ]
    return replace(mail, shown=safe, seen=json.dumps(seen))


def _is_signature(file: IncomingAttachment) -> bool:
    return file.content_type in _SIGNATURE_TYPES and file.name.lower() in _SIGNATURE_NAMES
