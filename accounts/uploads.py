"""Uploaded files: refused, unless a view says who may upload, and how much.

Django's own handlers would write whatever anybody sends to a temporary folder, in the clear, before
the view is asked. `settings.FILE_UPLOAD_HANDLERS` names `RefusedFiles` instead.
"""

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from accounts.logos import MAX_BYTES as LOGO_BYTES
from accounts.posted import UnreadFiles

TOO_LARGE: Final = 413  # RFC 9110, 15.5.14
FORM_BYTES: Final = 1_000_000  # what a form with a file holds beside the file, at most
PIECE_BYTES: Final = 256 * 1024
NONCE_BYTES: Final = 12
TAKES_FILES: Final = "takes_files"

View = Callable[..., HttpResponseBase]


class FilesRefused(RequestDataTooBig):
    """A file came to an address that takes none."""


class RefusedFiles(FileUploadHandler):
    """Takes no file, and ends the reading of a request that holds one."""

    def new_file(self, *arguments: object, **named: object) -> None:
        """Refuse it. Raises FilesRefused."""
        raise FilesRefused("this address takes no files")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Take nothing."""

    def file_complete(self, file_size: int) -> None:
        """Give nothing."""


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that lies sealed in a nameless file; it goes with the request.

    Every piece is sealed under a key that only this request knows.
    """

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


class LogoUpload(FileUploadHandler):
    """Takes a logo into memory; one byte more than is allowed shows that it is too big."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._content = b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece, up to the limit."""
        self._content += raw_data[: LOGO_BYTES + 1 - len(self._content)]

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """Return the file."""
        return InMemoryUploadedFile(
            io.BytesIO(self._content), self.field_name, self.file_name or "", self.content_type,
            len(self._content), self.charset, self.content_type_extra,
        )  # fmt: skip


def is_signed_in(request: HttpRequest) -> bool:
    """Tell whether somebody is signed in."""
    return request.user.is_authenticated


def body_length(request: HttpRequest) -> int:
    """Return how many bytes a request says that its body has."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def too_large(request: HttpRequest, *_args: Any, **_named: Any) -> HttpResponseBase:
    """Say that a request is too large, or that a file is not taken here; programs get JSON."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "too much at once"}, status=TOO_LARGE)
    return render(request, "413.html", status=TOO_LARGE)


def takes_files(
    handler: Callable[[HttpRequest], FileUploadHandler],
    *,
    most: int,
    may: Callable[..., bool],
    refuse: View = too_large,
) -> Callable[[View], View]:
    """Have a view take files from those who may: the outermost decorator of a view.

    A body of more than `most` bytes is answered by `refuse`, unread; of those who may not, no file
    is read. The check against forged forms comes after that, for it reads the request.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @csrf_exempt
        @wraps(view)
        def taking(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            if request.method == "POST":
                if body_length(request) > most:
                    return refuse(request, *args, **named)
                allowed = may(request, *args, **named)
                request.upload_handlers = [handler(request) if allowed else UnreadFiles(request)]
            return protected(request, *args, **named)

        setattr(taking, TAKES_FILES, True)
        return taking

    return decorate
