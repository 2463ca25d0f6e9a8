"""Files that a recipient sends with a reply: on their way to the database they lie on disk sealed.

Django's own handlers would keep a large file readable in a temporary folder. Here every piece is
sealed under a key that only this request knows.
"""

import os
import tempfile
from collections.abc import Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MAX_FILES = 20
MAX_BYTES = 25 * 1024 * 1024  # of all files of a reply together
NONCE_BYTES = 12


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that lies sealed in a nameless file; it goes with the request."""

    def __init__(self, name: str, content_type: str) -> None:
        self._sealed = tempfile.TemporaryFile()  # noqa: SIM115  closed by Django
        super().__init__(self._sealed, name, content_type, 0)
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._lengths: list[int] = []

    def add(self, piece: bytes) -> None:
        """Seal a piece and put it at the end."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, piece, None)
        self._sealed.write(sealed)
        self._lengths.append(len(sealed))
        self.size = (self.size or 0) + len(piece)

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the contents, piece by piece as they came."""
        self._sealed.seek(0)
        for length in self._lengths:
            sealed = self._sealed.read(length)
            yield self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)


class SealedUploadHandler(FileUploadHandler):
    """Takes the files of one request; above the limits it takes no more and says so."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_many = self.too_large = False
        self._files = self._bytes = 0
        self._upload: SealedUpload | None = None

    def new_file(self, *arguments: object, **named: object) -> None:
        """Begin a file."""
        super().new_file(*arguments, **named)  # type: ignore[arg-type]
        self._files += 1
        if self._files > MAX_FILES:
            self.too_many = True
            raise StopUpload(connection_reset=False)
        self._upload = SealedUpload(self.file_name or "", self.content_type or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece; what is too much is read and forgotten."""
        self._bytes += len(raw_data)
        if self._bytes > MAX_BYTES:
            self.too_large = True
            raise StopUpload(connection_reset=False)
        assert self._upload
        self._upload.add(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        """Return the whole file."""
        upload, self._upload = self._upload, None
        return upload
