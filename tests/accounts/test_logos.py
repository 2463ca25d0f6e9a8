"""A logo: only a picture, and nothing of the file but what shows."""

import struct
import zlib
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import logos
from accounts.logos import MAX_BYTES, BadLogo, read_logo, read_upload
from accounts.models import AuditEntry, Logo, Role, User
from delivery.models import MessageRecipient
from notifications.access import PAYLOAD
from notifications.letters import unpack_mail
from notifications.models import Notification
from tests import make


def chunk(kind: bytes, data: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checked


def png(*more: bytes, width: int = 40, height: int = 20) -> bytes:
    """Return a picture with these chunks in it too."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff" * width) * height)
    body = [chunk(b"IHDR", head), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def jpeg(*more: bytes) -> bytes:
    """Return what a decoder takes for a picture of 40 by 20, with these segments in it too."""
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 20, 40) + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + b"".join(more) + frame + scan + b"\xff\xd9"


def webp(kind: bytes = b"VP8L", *more: bytes) -> bytes:
    """Return a picture of 40 by 20 in the form of this chunk, with these bytes after it."""
    data = b"\x2f" + struct.pack("<I", 39 | (19 << 14)) + b"\0"
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + data + b"".join(more)
    return b"RIFF" + struct.pack("<I", len(body)) + body


EXIF = b"\xff\xe1\x00\x0aExif\0\0GP"
PLACE = b"EXIF\x04\x00\x00\x00GPS!"


@pytest.mark.parametrize("content", [png(), jpeg(), webp()])
def test_a_picture_is_kept_as_it_is(content: bytes) -> None:
    picture = read_logo(content)

    assert (picture.content, picture.width, picture.height) == (content, 40, 20)


@pytest.mark.parametrize(
    ("content", "clean"),
    [
        (png(chunk(b"tEXt", b"Author\0Jan")), png()),
        (png() + b"<script>", png()),
        (jpeg(EXIF), jpeg()),
        (jpeg() + b"PK\x03\x04", jpeg()),
        (webp(b"VP8L", PLACE), webp()),
    ],
)
def test_what_does_not_show_is_dropped(content: bytes, clean: bytes) -> None:
    assert read_logo(content).content == clean


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable"),
        (png()[:-20], "unreadable"),
        (png().replace(b"IDAT", b"IDAX"), "unreadable"),
        (png(chunk(b"acTL", b"\0" * 8)), "moving"),
        (png(width=2000), "too_wide"),
        (jpeg()[:-2], "unreadable"),
        (webp(b"ANIM"), "moving"),
        (webp(b"VP8 "), "unreadable"),
        (b"\x89PNG" + b"\0" * MAX_BYTES, "too_big"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(BadLogo) as refused:
        read_logo(content)

    assert refused.value.reason == reason


def with_logo(content: bytes) -> tuple[User, int]:
    """Return an admin who uploaded this file, and the status of that."""
    admin = make.user(role=Role.ADMIN)
    file = SimpleUploadedFile("logo.png", content, "image/png")
    answer = make.signed_in(admin).post("/organization/look/logo/", {"logo": file})
    return admin, answer.status_code


@pytest.mark.django_db
def test_a_logo_stands_in_the_mail_and_on_the_page_of_a_recipient() -> None:
    admin, _status = with_logo(png())
    make.contact(admin, "jan@example.nl", phone=make.NUMBER)
    make.draft(admin)
    row = Notification.objects.get(kind="message_ready")
    mail = message_from_bytes(
        unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))).raw, policy=default
    )
    shown = next(part for part in mail.walk() if part["Content-ID"] == "<logo>")
    page = Client().get(f"/m/{MessageRecipient.objects.get().token}/").content.decode()

    assert (mail.get_content_type(), shown.get_content()) == ("multipart/related", png())
    assert f"/logo/{Logo.objects.get().digest}/" in page


@pytest.mark.django_db
def test_a_logo_is_served_as_the_picture_that_it_is() -> None:
    with_logo(png())

    answer = Client().get(f"/logo/{Logo.objects.get().digest}/")

    assert (answer.content, answer["Content-Type"]) == (png(), "image/png")
    assert (answer["X-Content-Type-Options"], Client().get("/logo/x/").status_code) == (
        "nosniff",
        404,
    )


@pytest.mark.django_db
def test_a_file_that_is_no_picture_changes_nothing() -> None:
    _admin, status = with_logo(b"GIF89a")

    assert (status, Logo.objects.count()) == (422, 0)


@pytest.mark.django_db
def test_a_picture_that_takes_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logos, "BOUNDS", replace(logos.BOUNDS, output=100))

    _admin, status = with_logo(png())

    assert (status, Logo.objects.count()) == (422, 0)


@pytest.mark.django_db
def test_pictures_wait_while_nothing_can_be_read(no_reader: None) -> None:
    _admin, status = with_logo(png())

    assert (status, Logo.objects.count()) == (422, 0)


@pytest.mark.parametrize("content", [png(), jpeg(), webp()])
def test_a_picture_comes_back_as_it_was_read(content: bytes) -> None:
    assert read_upload(content) == read_logo(content)


@pytest.mark.django_db
def test_the_log_says_who_changed_the_logo() -> None:
    admin, _status = with_logo(png())
    make.signed_in(admin).post("/organization/look/logo/remove/")

    rows = AuditEntry.objects.filter(verb="change_logo", actor=admin)

    assert (rows.count(), Logo.objects.count()) == (2, 0)
