"""Sealing: AES-256-GCM under a data key, bound to the place where the result is kept."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.keys import KEY_BYTES, NONCE_BYTES, VaultError, keyring

SEAL_BYTES = NONCE_BYTES + 16  # so much longer than what it seals is what was sealed

# What a database driver gives back for a BinaryField.
Sealed = bytes | memoryview


@dataclass(frozen=True, repr=False)
class DataKey:
    """The key of one row or one blob; only its wrapped form is stored."""

    raw: bytes

    def seal(self, plaintext: bytes, context: str) -> bytes:
        """Return nonce and ciphertext; `context` names the place and must be given to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.raw).encrypt(nonce, plaintext, context.encode())

    def unseal(self, sealed: Sealed, context: str) -> bytes:
        """Return what was sealed. Raises VaultError."""
        nonce, rest = bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:])
        try:
            return AESGCM(self.raw).decrypt(nonce, rest, context.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"cannot be opened as {context}") from error


def new_data_key(context: str) -> tuple[DataKey, bytes]:
    """Return a fresh data key and its wrapped form."""
    raw = os.urandom(KEY_BYTES)
    return DataKey(raw), keyring().wrap(raw, context)


def open_data_key(wrapped: Sealed, context: str) -> DataKey:
    """Return the data key of its wrapped form. Raises VaultError, also when it was shredded."""
    if not wrapped:
        raise VaultError(f"shredded: {context}")
    return DataKey(keyring().unwrap(bytes(wrapped), context))


def opened(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the pieces, the first of them opened now, before any goes out. Raises VaultError."""
    first = next(pieces, b"")
    return chain([first], pieces)


def seal_text(text: str, context: str) -> bytes:
    """Seal a short text straight under the keyring, for a row without a data key."""
    return keyring().wrap(text.encode(), context)


def unseal_text(sealed: Sealed, context: str) -> str:
    """Return the text that `seal_text` was given. Raises VaultError."""
    return keyring().unwrap(bytes(sealed), context).decode()
