"""Files of contacts on their way in: on disk they lie sealed, up to a limit."""

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from accounts.uploads import PIECE_BYTES, SealedUpload

MAX_BYTES = 100 * 1000 * 1000


class ContactsUpload(FileUploadHandler):
    """Takes a file; one that is too large is passed over, and the page says so."""

    chunk_size = PIECE_BYTES

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._upload = SealedUpload(self.file_name or "", self.content_type or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take a piece. Raises StopUpload once it is too much."""
        if start + len(raw_data) > MAX_BYTES:
            raise StopUpload(connection_reset=False)
        self._upload.add(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        """Return the file."""
        return self._upload
