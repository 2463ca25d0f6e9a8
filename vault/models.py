"""Rows whose contents are sealed under a data key of their own, and blobs kept in chunks."""

import uuid
from collections.abc import Iterator, Mapping
from typing import ClassVar

from django.db import models

from vault.sealing import DataKey, Sealed, new_data_key, open_data_key

CHUNK_BYTES = 1024 * 1024


class SealedRow(models.Model):
    """A row with a data key: wrapped by the keyring, bound to `uid`, empty once shredded.

    `under_keyring` names, here and in other models, the columns that the keyring itself wraps,
    each with the attribute that tells its place: key rotation finds them by it.
    """

    under_keyring: ClassVar[Mapping[str, str]] = {"data_key": "key_place"}
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    data_key = models.BinaryField(default=b"", editable=False)

    class Meta:
        abstract = True

    @property
    def key_place(self) -> str:
        """The place that the data key is wrapped for."""
        return self._context("key")

    def seal(self, part: str, plaintext: bytes) -> bytes:
        """Seal a part of this row; makes the data key when the row has none yet."""
        return self._key(make=not self.data_key).seal(plaintext, self._context(part))

    def unseal(self, part: str, sealed: Sealed) -> bytes:
        """Open a part of this row. Raises VaultError, also once the row was shredded."""
        return self._key(make=False).unseal(sealed, self._context(part))

    def _key(self, *, make: bool) -> DataKey:
        cached: tuple[bytes, DataKey] | None = self.__dict__.get("_opened_key")
        if make:
            key, self.data_key = new_data_key(self.key_place)
        elif cached and cached[0] == bytes(self.data_key):
            return cached[1]
        else:
            key = open_data_key(self.data_key, self.key_place)
        self.__dict__["_opened_key"] = (bytes(self.data_key), key)
        return key

    def _context(self, part: str) -> str:
        return f"{self._meta.label_lower}:{self.uid}:{part}"


class Blob(SealedRow):
    """Sealed bytes of any size, in chunks of 1 MiB, so that no reader needs them all at once.

    A draft and the message that it becomes share the blobs of their attachments.
    """

    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"blob:{self.pk}"

    def read(self) -> Iterator[bytes]:
        """Yield the contents, a chunk at a time. Raises VaultError."""
        count = max(1, -(-self.size // CHUNK_BYTES))
        for number in range(count):
            chunk = self.chunks.get(number=number)
            yield self.unseal(f"chunk {number} of {count}", chunk.sealed)


class BlobChunk(models.Model):
    """A piece of a blob; its number and their count are bound into the seal."""

    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blob", "number"], name="vault_one_chunk_per_number")
        ]

    def __str__(self) -> str:
        return f"blob:{self.blob_id} chunk {self.number}"


class KeyUse(models.Model):
    """How much was wrapped under an encryption key: rows that were made since, and wrapped again.

    `rows_before` is how many rows had been made when the key came first.
    """

    key_id = models.CharField(max_length=8, unique=True)
    rows_before = models.PositiveBigIntegerField()
    rewrapped = models.PositiveBigIntegerField(default=0)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"key use:{self.pk}"
