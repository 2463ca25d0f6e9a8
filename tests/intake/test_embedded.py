"""Taking zivver_headers blocks out of attachments: texts, and mails with all their parts."""

import base64
import quopri
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.blocks import strip_attachment

LINE = "zivver-access-right: jan@example.nl sms +31636363636"
BLOCK = f"<!--zivver_headers\n{LINE}\nzivver_headers-->\n"
TYPED = f"&lt;!--zivver_headers<br>{LINE}<br>zivver_headers--&gt;"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_attachment_loses_its_block_and_no_byte_more(charset: str) -> None:
    content = f"Één\r\n{BLOCK}twee \u2013 drie".encode(charset)

    assert strip_attachment("text/plain", content) == "Één\r\ntwee \u2013 drie".encode(charset)


def test_html_attachment_loses_its_block() -> None:
    content = f"<p>{TYPED}</p><p>caf\u00e9</p>".encode("latin-1")

    assert strip_attachment("Text/HTML; charset=x", content) == "<p>café</p>".encode("latin-1")


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("application/pdf", BLOCK.encode()),
        ("text/plain", b"\xff\xfe\x00 odd"),
        ("text/plain; charset=utf-16", b"\x00"),
        ("text/csv", bytes(range(256))),
        ("message/rfc822", b"Subject: x\r\n\r\nDag\r\n"),
        ("message/rfc822", b""),
        ("message/rfc822", b"Content-Transfer-Encoding: base64\n\n!! no base64 !!\n"),
    ],
)
def test_attachment_without_a_block_keeps_its_bytes(content_type: str, content: bytes) -> None:
    assert strip_attachment(content_type, content) == content


@given(content=st.binary())
def test_no_attachment_makes_it_raise(content: bytes) -> None:
    assert strip_attachment("message/rfc822", content) == content
    assert strip_attachment("text/html", content) == content


def test_attached_mail_loses_its_header_fields_and_keeps_the_others() -> None:
    mail = (
        b"A: 1\r\nZivver-Access-Right: jan@example.nl\r\n sms +31636363636\r\nB: 2\r\n\r\nDag\r\n"
    )

    assert strip_attachment("message/rfc822", mail) == b"A: 1\r\nB: 2\r\n\r\nDag\r\n"


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("base64", base64.encodebytes), ("quoted-printable", quopri.encodestring), ("8bit", bytes)],
)
def test_attached_mail_loses_the_block_in_an_encoded_part(
    encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n"
    content = head.encode() + encode(f"{BLOCK}Caf\u00e9\n".encode())

    assert strip_attachment("message/rfc822", content) == head.encode() + encode("Café\n".encode())


def test_mail_attached_to_an_attached_mail_loses_its_block() -> None:
    part = "Content-Type: text/html\n\n{}<p>Dag</p>\n"
    middle = f'Content-Type: multipart/mixed; boundary="b"\n\n--b\n{part}--b--\n'
    attached = f"--a\nContent-Type: message/rfc822\n\n{middle}\n--a--\n"
    outer = f"Content-Type: multipart/mixed; boundary=a\n\n{attached}"

    stripped = strip_attachment("message/rfc822", outer.format(f"<div>{TYPED}</div>").encode())

    assert stripped == outer.format("").encode()
