"""Files that a recipient sends with a reply: how many, how large, and sealed on their way in."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from accounts.uploads import PIECE_BYTES, SealedUpload

MAX_FILES = 20
MAX_BYTES = 25 * 1024 * 1024  # of all files of a reply together


class SealedUploadHandler(FileUploadHandler):
    """Takes the files of one request; above the limits it takes no more and says so."""

    chunk_size = PIECE_BYTES

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
