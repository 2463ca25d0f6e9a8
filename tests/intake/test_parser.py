"""What of a mail is text, and what is an attachment."""

from pathlib import Path

import pytest

from intake.html import text_of
from intake.parser import ParsedMail, Part, parse_mail

MAILS = Path(__file__).parents[1] / "mails"


def mail(name: str) -> ParsedMail:
    return parse_mail((MAILS / f"{name}.eml").read_bytes())


def described(part: Part) -> tuple[str, str, int]:
    return part.filename, part.content_type, len(part.content)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "Beste Jan,\n\nDe uitslag is goed.\n\nAnna\n"),
        ("plain-crlf", "Beste Jan,\n\nDe uitslag is goed.\n\nAnna\n"),
        ("bare-cr", "Beste Jan,\nTot morgen.\n"),
        ("latin1", "Financiële coördinatie: één café.\n"),
        ("windows-1252", "Het kost € 5 \u2013 “zegt hij”.\n"),
        ("mislabelled-utf8", "Eén café \u2013 zonder etiket.\n"),
        ("mislabelled-latin1", "Eén café zonder goed etiket.\n"),
        ("unknown-charset", "Eén café.\n"),
        ("no-mime", "Geen MIME, wel één café.\n"),
        ("iso-2022-jp", "会議は明日です。①\n"),
        ("gb2312", "镕基会议"),
        ("utf-7", "Eén café.\n"),
    ],
)
def test_text_is_read_in_any_charset(name: str, text: str) -> None:
    assert mail(name).text == text


@pytest.mark.parametrize("name", ["plain", "smime-encrypted", "attachment"])
def test_a_mail_without_html_has_none(name: str) -> None:
    assert mail(name).html is None


def test_a_mail_of_html_alone_has_no_text_part() -> None:
    parsed = mail("html-only")

    assert (parsed.text, text_of(parsed.html or "")) == (None, "Alleen HTML € 5")


def test_both_versions_of_a_text_are_kept() -> None:
    parsed = mail("html-and-plain")

    assert parsed.text == "De uitslag is *goed*.\n"
    assert text_of(parsed.html or "") == "De uitslag is goed."


def test_flowed_lines_are_joined() -> None:
    assert (mail("format-flowed").text or "").splitlines() == [
        "Deze zin loopt door over drie regels.",
        "Ingesprongen.",
        "> Een citaat dat doorloopt.",
        ">> Dieper.",
        "-- ",
        "Anna",
    ]


def test_flowed_lines_are_joined_without_their_space_when_asked() -> None:
    assert mail("format-flowed-delsp").text == "Een lang woord: zorgverlener.\n"


def test_texts_below_each_other_become_one() -> None:
    parsed = mail("text-attachments")

    assert parsed.text == "Twee teksten als bijlage.\nNog een alinea.\n"


def test_text_with_a_name_is_an_attachment() -> None:
    assert [described(part) for part in mail("text-attachments").attachments] == [
        ("een.txt", "text/plain", 6),
        ("twee.txt", "text/plain", 6),
    ]


def test_a_footer_below_two_versions_stands_in_both() -> None:
    parsed = mail("list-footer")

    assert parsed.text == "De mail zelf.\nOnderschrift <lijst>\n"
    assert text_of(parsed.html or "") == "De mail zelf.\n\nOnderschrift <lijst>"


def test_html_around_an_attachment_is_one_text() -> None:
    parsed = mail("apple-mail")

    assert text_of(parsed.html or "") == "Voor het plaatje.\nNa het plaatje."
    assert parsed.text == "Voor het plaatje.\n\nNa het plaatje.\n"


def test_a_picture_that_the_text_shows_is_inline() -> None:
    shown, loose = mail("inline-image").attachments

    assert (shown.content_id, shown.inline) == ("logo@zorg.example", True)
    assert (loose.content_id, loose.inline) == ("los@zorg.example", False)


@pytest.mark.parametrize(
    ("name", "attachments"),
    [
        ("attachment", [("rapport.pdf", "application/pdf", 69)]),
        ("smime-signed", [("smime.p7s", "application/pkcs7-signature", 16)]),
        ("smime-encrypted", [("smime.p7m", "application/pkcs7-mime", 15)]),
        (
            "pgp-encrypted",
            [
                ("", "application/pgp-encrypted", 11),
                ("encrypted.asc", "application/octet-stream", 60),
            ],
        ),
        ("tnef", [("winmail.dat", "application/ms-tnef", 8)]),
        ("calendar", [("", "text/calendar", 30)]),
        ("bounce", [("", "message/delivery-status", 90), ("", "text/rfc822-headers", 17)]),
    ],
)
def test_all_that_is_no_text_is_attached(name: str, attachments: list[object]) -> None:
    assert [described(part) for part in mail(name).attachments] == attachments


def test_the_text_of_a_signed_mail_is_read() -> None:
    assert mail("smime-signed").text == "Ondertekend bericht.\n"


def test_an_encrypted_mail_has_no_text() -> None:
    parsed = mail("smime-encrypted")

    assert (parsed.text, parsed.html) == (None, None)


def test_a_forwarded_mail_is_one_attachment_byte_for_byte() -> None:
    raw = (MAILS / "forwarded.eml").read_bytes()

    (part,) = parse_mail(raw).attachments

    assert part.content_type == "message/rfc822"
    assert part.content.startswith(b"From: Bram <bram@zorg.example>\n")
    assert part.content.endswith(b"--binnen--\n")
    assert part.content in raw


def test_the_text_of_a_forwarded_mail_is_not_the_text_of_the_mail() -> None:
    assert mail("forwarded").text == "Zie de doorgestuurde mail.\n"


def test_a_forwarded_mail_in_base64_is_decoded() -> None:
    (part,) = mail("forwarded-base64").attachments

    assert part.filename == "oud.eml"
    assert part.content.startswith(b"From: Bram")


def test_a_digest_holds_mails() -> None:
    assert [part.content_type for part in mail("digest").attachments] == ["message/rfc822"] * 2


def test_names_are_read_in_every_notation() -> None:
    assert [part.filename for part in mail("rfc2231-names").attachments] == [
        "Patiënt verslag.pdf",
        "café.pdf",
        "een lange naam.pdf",
        "café menu.pdf",
    ]


def test_names_lose_their_path_and_what_deceives() -> None:
    names = [part.filename for part in mail("hostile-names").attachments]

    assert names == ["passwd", "brief.pdf", "brieffdp.exe", "", "a" * 146 + ".pdf"]


def test_line_ends_make_no_difference_to_the_text() -> None:
    assert mail("plain").text == mail("plain-crlf").text
