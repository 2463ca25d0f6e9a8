"""Tokens in links: derived from the row and a key, so that only their hash needs storing."""

import base64
import hashlib
import re
from uuid import UUID

from vault.keys import keyed_digest

TOKEN_BYTES = 16  # 128 bits
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def link_token(purpose: str, uid: UUID) -> str:
    """Return the 22 characters that stand in the row's link, the same at every call."""
    digest = bytes.fromhex(keyed_digest(f"link {purpose}", str(uid)))
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode().rstrip("=")


def token_hash(token: str) -> str:
    """Return the SHA-256 (hex) under which a token is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_token_hash(purpose: str, uid: UUID) -> str:
    """Return the hash of the row's own link token."""
    return token_hash(link_token(purpose, uid))


def is_token(text: str) -> bool:
    """Tell whether the text has the form of a link token."""
    return bool(_TOKEN.fullmatch(text))
