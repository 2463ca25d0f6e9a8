"""Answers that carry what a stranger sent."""

import pytest

from delivery import render
from delivery.models import MessageAttachment
from delivery.reading import shown
from delivery.sanitizer import BODY_CSP, clean
from vault.actions import store_blob

PNG = b"\x89PNG\r\n\x1a\n pixels"
HTML = clean('<img src="cid:logo"><img src="cid:photo">')


def image(content: bytes, content_id: str = "logo", kind: str = "image/png") -> MessageAttachment:
    """Return an attachment with these bytes."""
    return MessageAttachment(content_type=kind, content_id=content_id, blob=store_blob(content))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("results.pdf", "results.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\results.pdf", "results.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("exe.\u202efdp.pdf", "exe.fdp.pdf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 200 + ".pdf", "x" * 146 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe(name: str, safe: str) -> None:
    assert render.safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ('q"uote;.txt', "attachment; filename=\"q_uote;.txt\"; filename*=UTF-8''q%22uote%3B.txt"),
        ("café.pdf", "attachment; filename=\"cafe.pdf\"; filename*=UTF-8''caf%C3%A9.pdf"),
        ("日本", "attachment; filename=\"file\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC"),
    ],
)
def test_the_name_to_save_under_has_both_forms(name: str, fields: str) -> None:
    assert render.disposition(name) == fields


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "sent_as"),
    [
        ("application/pdf", "application/pdf"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("TEXT/XML; charset=utf-8", "application/octet-stream"),
        ("text/javascript", "application/octet-stream"),
    ],
)
def test_a_file_that_a_browser_could_run_is_sent_as_bytes(kind: str, sent_as: str) -> None:
    response = render.attachment_response("a", kind, store_blob(b"x"))
    assert response["Content-Type"] == sent_as


@pytest.mark.django_db
def test_a_file_is_saved_and_never_guessed_at() -> None:
    response = render.attachment_response("a.html", "text/html", store_blob(b"12345"))
    assert [response[name] for name in ("X-Content-Type-Options", "Content-Length")] == [
        "nosniff",
        "5",
    ]


def test_html_is_answered_under_its_own_policy() -> None:
    response = render.body_response(clean("<p>a"), [])
    assert [response[name] for name in ("Content-Security-Policy", "Cache-Control")] == [
        BODY_CSP,
        "no-store",
    ]


def test_html_that_cannot_be_shown_says_so() -> None:
    assert b"cannot be shown here" in render.body_response(shown("<div>" * 3000), []).content


@pytest.mark.django_db
def test_an_inline_image_becomes_part_of_the_document() -> None:
    found = render.inline_images(HTML, [image(PNG, "<logo>")])
    assert found == {"logo": "data:image/png;base64,iVBORw0KGgogcGl4ZWxz"}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["image/svg+xml", "text/html", "application/pdf"])
def test_only_pictures_become_part_of_the_document(kind: str) -> None:
    assert render.inline_images(HTML, [image(PNG, kind=kind)]) == {}


@pytest.mark.django_db
def test_a_big_image_stays_an_attachment() -> None:
    big = image(b"x" * (render.MAX_IMAGE_BYTES + 1))
    assert render.images_of(HTML, [big]) == []


@pytest.mark.django_db
def test_an_image_that_the_html_does_not_show_stays_an_attachment() -> None:
    assert render.images_of(clean("<p>no images"), [image(PNG)]) == []
