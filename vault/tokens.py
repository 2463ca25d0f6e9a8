"""Tokens in links: derived from the row and a key, so that only their hash needs storing."""

import base64
import hashlib
import re
from uuid import UUID

from vault.keys import keyed_digests

TOKEN_BYTES = 16  # 128 bits
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def link_token(purpose: str, uid: UUID, kept_hash: str = "") -> str:
    """Return the 22 characters that stand in the row's link, the same at every call.

    `kept_hash` is what the row keeps of it: a link that was made under an earlier
    ZIVWEB_SECRET_KEY stays as it is for as long as that key is among the fallbacks.
    """
    tokens = [_token(digest) for digest in keyed_digests(f"link {purpose}", str(uid))]
    kept = [token for token in tokens if token_hash(token) == kept_hash]
    return (kept or tokens)[0]


def _token(digest: str) -> str:
    short = bytes.fromhex(digest)[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(short).decode().rstrip("=")


def token_hash(token: str) -> str:
    """Return the SHA-256 (hex) under which a token is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_token_hash(purpose: str, uid: UUID) -> str:
    """Return the hash of the row's own link token."""
    return token_hash(link_token(purpose, uid))


def is_token(text: str) -> bool:
    """Tell whether the text has the form of a link token."""
    return bool(_TOKEN.fullmatch(text))
