"""Answers that carry what a stranger sent: a mail's HTML in a frame of its own, and files."""

import base64
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from delivery import sanitizer
from vault.models import Blob
from vault.sealing import opened

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_IMAGE_BYTES = 2 * 1024 * 1024
MAX_IMAGES_BYTES = 10 * 1024 * 1024
MAX_NAME = 150
_IMAGE_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
_OFFICE = "application/vnd.openxmlformats-officedocument"
# What no browser runs; everything else is sent as application/octet-stream.
_SAFE_TYPES = _IMAGE_TYPES | {
    *("application/pdf", "application/zip", "application/msword", "application/vnd.ms-excel"),
    *("application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document"),
    *(f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation"),
    *("application/vnd.oasis.opendocument.text", "text/plain", "text/csv", "text/calendar"),
    *("audio/mpeg", "video/mp4"),
}
_DOWNLOAD_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"


class Attached(Protocol):
    """A file of a draft or of a message."""

    @property
    def content_id(self) -> str:
        """What the HTML calls it by."""

    @property
    def content_type(self) -> str:
        """What it says it is."""

    @property
    def blob(self) -> Blob:
        """Its bytes."""


Image = TypeVar("Image", bound=Attached)


def body_response(
    shown: sanitizer.Shown,
    attachments: Iterable[Attached],
    *,
    remote_images: bool = False,
    cover: sanitizer.Cover | None = None,
) -> HttpResponse:
    """Return a mail's HTML, made safe before, for a sandboxed frame on our own page.

    With `remote_images` the reader's browser fetches the images that a mail links to; this server
    never does.
    """
    if shown.refused:
        return notice_response(_("This message is laid out in a way that cannot be shown here."))
    html = shown.html(inline_images(shown, attachments), remote_images=remote_images)
    document = sanitizer.body_document(html, cover=cover)
    return _framed(document, sanitizer.body_csp(remote_images=remote_images))


def notice_response(text: str) -> HttpResponse:
    """Return a sentence of ours in the place of a mail's HTML."""
    return _framed(sanitizer.body_document(format_html("<p>{}</p>", text)))


def attachment_response(name: str, content_type: str, blob: Blob) -> HttpResponseBase:
    """Return a file to save, never to show, a piece at a time."""
    kind = content_type.partition(";")[0].strip().lower()
    safe_kind = kind if kind in _SAFE_TYPES else "application/octet-stream"
    response = StreamingHttpResponse(opened(blob.read()), content_type=safe_kind)
    response["Content-Length"] = str(blob.size)
    response["Content-Disposition"] = disposition(name)
    response["Content-Security-Policy"] = _DOWNLOAD_CSP
    return _private(response)


def archive_response(name: str, files: Iterable[tuple[str, Blob]]) -> HttpResponseBase:
    """Return files as one zip to save, packed while it is sent; nothing is compressed."""
    response = StreamingHttpResponse(opened(_zipped(files)), content_type="application/zip")
    response["Content-Disposition"] = disposition(name)
    response["Content-Security-Policy"] = _DOWNLOAD_CSP
    return _private(response)


def _zipped(files: Iterable[tuple[str, Blob]]) -> Iterator[bytes]:
    tray = _Tray()
    with zipfile.ZipFile(tray, "w", zipfile.ZIP_STORED) as archive:
        for name, blob in files:
            yield from _packed(archive, name, blob, tray)
    yield tray.take()


def _packed(archive: zipfile.ZipFile, name: str, blob: Blob, tray: "_Tray") -> Iterator[bytes]:
    with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as entry:
        for piece in blob.read():
            entry.write(piece)
            yield tray.take()


def distinct_names(names: Iterable[str]) -> list[str]:
    """Return the names made safe, and each another one: "a.pdf", "a (2).pdf"."""
    seen: Counter[str] = Counter()
    found = []
    for name in map(safe_name, names):
        seen[name.lower()] += 1
        times = seen[name.lower()]
        stem, dot, extension = name.rpartition(".")
        numbered = f"{stem} ({times}).{extension}" if dot else f"{name} ({times})"
        found.append(name if times == 1 else numbered)
    return found


class _Tray(io.RawIOBase):
    """What a zip writer writes to: bytes are taken away at once, and nobody can go back."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: "ReadableBuffer", /) -> int:
        written = bytes(piece)
        self._bytes += written
        return len(written)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


def disposition(name: str) -> str:
    """Return the field that has the file saved under this name, in both forms (RFC 6266, 4.3)."""
    shown = safe_name(name)
    ascii_name = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode()
    plain = re.sub(r"[\"\\%]", "_", ascii_name).strip() or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"


def safe_name(name: str) -> str:
    """Return a file name without folders, control characters and tricks of direction."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, extension = kept.rpartition(".")
    if dot and len(kept) > MAX_NAME and len(extension) < 16:
        return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"
    return kept[:MAX_NAME] or "file"


def inline_images(shown: sanitizer.Shown, attachments: Iterable[Attached]) -> dict[str, str]:
    """Return `data:` addresses of the images that the HTML shows, by Content-ID."""
    return {
        bare_content_id(image.content_id): _data_address(image)
        for image in images_of(shown, attachments)
    }


def images_of(shown: sanitizer.Shown, attachments: Iterable[Image]) -> list[Image]:
    """Return the attachments that the HTML shows as images.

    An image over 2 MiB, and all after 10 MiB together, stay attachments.
    """
    wanted = set(shown.content_ids)
    found: list[Image] = []
    room = MAX_IMAGES_BYTES
    for attachment in attachments:
        name = bare_content_id(attachment.content_id)
        if name in wanted and _is_image(attachment, room):
            room -= attachment.blob.size
            wanted.remove(name)
            found.append(attachment)
    return found


def bare_content_id(content_id: str) -> str:
    """Return a Content-ID without its angle brackets."""
    return content_id.strip().removeprefix("<").removesuffix(">")


def _data_address(image: Attached) -> str:
    encoded = base64.b64encode(b"".join(image.blob.read())).decode()
    return f"data:{image.content_type.lower()};base64,{encoded}"


def _is_image(attachment: Attached, room: int) -> bool:
    kind = attachment.content_type.lower()
    return kind in _IMAGE_TYPES and attachment.blob.size <= min(room, MAX_IMAGE_BYTES)


def _framed(document: str, csp: str = sanitizer.BODY_CSP) -> HttpResponse:
    response = HttpResponse(document, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = csp
    _private(response)
    return response


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    return response
