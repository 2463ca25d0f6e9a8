"""The keys that the database does not hold: the keyring that wraps data keys, and derived keys."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
KEY_ID_BYTES = 4
NONCE_BYTES = 12  # NIST SP 800-38D, 8.2


class VaultError(Exception):
    """What was sealed cannot be opened: wrong place, changed bytes, or its key is gone."""


@dataclass(frozen=True)
class Keyring:
    """The keys of ZIVWEB_ENCRYPTION_KEYS: the first encrypts, every one decrypts."""

    keys: Sequence[bytes]

    def wrap(self, plaintext: bytes, context: str) -> bytes:
        """Return key id, nonce and ciphertext (AES-256-GCM) of a few bytes."""
        nonce = os.urandom(NONCE_BYTES)
        key = self.keys[0]
        return key_id(key) + nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return what `wrap` was given. Raises VaultError."""
        wanted = wrapped[:KEY_ID_BYTES]
        key = next((key for key in self.keys if key_id(key) == wanted), None)
        if key is None:
            raise VaultError(f"no key {wanted.hex()} in ZIVWEB_ENCRYPTION_KEYS")
        nonce = wrapped[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        sealed = wrapped[KEY_ID_BYTES + NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, sealed, context.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"cannot be opened as {context}") from error


def key_id(key: bytes) -> bytes:
    """Return the short name of a key that stands before what it wrapped."""
    return hashlib.sha256(b"zivweb key id" + key).digest()[:KEY_ID_BYTES]


def keyring() -> Keyring:
    """Return the keyring of the settings."""
    return Keyring(settings.ENCRYPTION_KEYS)


def keyed_digest(purpose: str, text: str) -> str:
    """Return 64 hex digits that only we can compute: links, one-time codes, seals.

    The key comes from ZIVWEB_SECRET_KEY (HKDF, RFC 5869).
    """
    return _digest(settings.SECRET_KEY, purpose, text)


def keyed_digests(purpose: str, text: str) -> list[str]:
    """Return the digest under every key, the newest first: to compare with one that is kept."""
    return [_digest(secret, purpose, text) for secret in _secrets()]


def matches(kept: str, purpose: str, text: str) -> bool:
    """Tell whether a digest that is kept, or came back, is of this text, under any key."""
    return any(
        hmac.compare_digest(kept.encode(), digest.encode())
        for digest in keyed_digests(purpose, text)
    )


def index_digest(purpose: str, text: str) -> str:
    """Return the digest that rows are found and compared by: blind indexes, counts, phrases.

    It comes from the oldest key as long as that is there, so that it stays the same
    (docs/adr/0056-the-secret-key-can-be-changed.md).
    """
    return _digest(_secrets()[-1], purpose, text)


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _digest(secret: str, purpose: str, text: str) -> str:
    key = _derived_key(secret, purpose)
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


@lru_cache(maxsize=256)
def _derived_key(secret: str, purpose: str) -> bytes:
    info = f"zivweb {purpose}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret.encode())
