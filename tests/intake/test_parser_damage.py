"""Broken and hostile mails: the parser reads what is there, in time, or says what is too much."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.html import text_of
from intake.parser import MailTooComplex, ParsedMail, parse_mail, read_from_header
from tests.effort import GENEROUS, effort

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
HEADER = b'Subject: x\r\nContent-Type: multipart/mixed; boundary="X"\r\n\r\n'
PART = b"--X\r\nContent-Type: text/plain\r\n\r\n"


def mail(name: str) -> ParsedMail:
    return parse_mail((Path(__file__).parents[1] / "mails" / f"{name}.eml").read_bytes())


def nested(depth: int) -> bytes:
    """Build multiparts inside each other."""
    levels = (
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    )
    return b"".join(levels) + b"\r\nTekst.\r\n"


def fits_a_database(parsed: ParsedMail) -> bool:
    """Check every text of a mail: UTF-8 can hold it, and no NUL is in it."""
    boxes = (*parsed.from_, *parsed.to, *parsed.cc)
    names = (*(box.name for box in boxes), *(box.address for box in boxes))
    files = (*(part.filename for part in parsed.attachments),)
    ids = (parsed.message_id, parsed.in_reply_to, *parsed.references)
    texts = (parsed.subject, parsed.text or "", parsed.html or "", text_of(parsed.html or ""))
    whole = "".join((*names, *files, *ids, *texts, *(v for _, v in parsed.control_fields)))
    return "\x00" not in whole and bool(whole.encode("utf-8") or True)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Take a mail and cut it, change bytes of it, or repeat one of its lines."""
    raw = draw(st.sampled_from(MAILS)).read_bytes()
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(raw) - 1, 0)))
        end = raw.find(b"\n", place) + 1 or len(raw)
        harm = draw(st.sampled_from(["cut", "drop", "put", "repeat", "swap"]))
        junk = draw(st.binary(max_size=8) | st.sampled_from([b"\r", b"\n\n", b"=?", b'"', b"\x00"]))
        raw = {
            "cut": raw[:place],
            "drop": raw[:place] + raw[end:],
            "put": raw[:place] + junk + raw[place:],
            "repeat": raw[:end] + raw[place:end] * 3 + raw[end:],
            "swap": raw[:place] + junk + raw[place + len(junk) :],
        }[harm]
    return raw


@given(damaged())
def test_damage_never_stops_the_parser(raw: bytes) -> None:
    assert fits_a_database(parse_mail(raw))


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    assert fits_a_database(parse_mail(raw))


@given(st.sampled_from(["Subject", "To", "Content-Type", "Date", "References"]), st.text())
def test_any_field_is_read(name: str, value: str) -> None:
    raw = f"{name}: {value}\r\n\r\n".encode("utf-8", "surrogatepass")

    assert fits_a_database(parse_mail(raw))


@given(damaged())
def test_the_sender_is_the_same_at_the_door_as_inside(raw: bytes) -> None:
    at_door = [box.address for box in read_from_header(raw).mailboxes if box.address.isascii()]

    inside = [box.address for box in parse_mail(raw).from_ if box.address.isascii()]

    assert at_door == inside


def test_an_unfinished_mail_is_read_to_its_end() -> None:
    parsed = mail("broken-multipart")

    assert parsed.text == "De tekst is er nog."
    assert [part.content for part in parsed.attachments] == [b"%PDF-1.4"]
    assert parsed.defects == ("unclosed_boundary", "bad_base64")


def test_a_missing_boundary_is_found() -> None:
    parsed = mail("missing-boundary")

    assert (parsed.text, len(parsed.attachments)) == ("Toch gelezen.", 1)
    assert parsed.defects == ("missing_boundary",)


def test_a_multipart_without_parts_is_shown_as_text() -> None:
    assert mail("wrong-boundary").text == "Alleen tekst, geen deel te vinden.\n"


def test_what_others_may_read_differently_is_marked() -> None:
    assert mail("ambiguous-boundary").defects == (
        "duplicate_subject",
        "ambiguous_boundary",
        "duplicate_parameter",
    )


def test_text_holds_no_nul_and_no_lone_surrogate() -> None:
    parsed = mail("nul-and-surrogates")

    assert parsed.subject == "Nullen"
    assert text_of(parsed.html or "") == "ab \ufffd \ufffd \ufffd c"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Subject: x\r\nGeen veld meer.\r\nTot ziens.\r\n", "Geen veld meer.\nTot ziens.\n"),
        (b"Subject: x\r\nkapotte regel\r\nTo: a@example.nl\r\n\r\nTekst.\r\n", "Tekst.\n"),
        (b"From x@example.nl Tue Mar 5\r\nSubject: x\r\n\r\nTekst.\r\n", "Tekst.\n"),
        (b"\xef\xbb\xbfSubject: x\r\n\r\nTekst.\r\n", "Tekst.\n"),
        (b"\r\n\r\nSubject: x\r\n\r\nTekst.\r\n", "Tekst.\n"),
        (HEADER + b"--X \t\r\n\r\nTekst.\r\n--X--\r\nNaschrift", "Tekst."),
        (HEADER + b"--X\r\nTekst zonder kop.\r\n--X--\r\n", "Tekst zonder kop."),
        (HEADER + PART + b"Een.\r\n--Xyz\r\nTwee.\r\n--X--", "Een.\n--Xyz\nTwee."),
        (HEADER + b"--X\r\n--X\r\n\r\nTekst.\r\n--X--", "Tekst."),
    ],
)
def test_the_text_of_a_malformed_mail_is_found(raw: bytes, text: str) -> None:
    assert parse_mail(raw).text == text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"A: b\r\n" * 1_001, "too_many_fields"),
        (b"Subject: " + b"x" * 17_000, "field_too_long"),
        (b"Subject: x\r\n" + b" y\r\n" * 9_000, "field_too_long"),
        (b"To: " + b"a@example.nl," * 6_000, "field_too_long"),
        ((b"X: " + b"x" * 15_000 + b"\r\n") * 20, "header_too_long"),
        (HEADER + PART * 501, "too_many_parts"),
        (nested(51), "nested_too_deep"),
        (nested(1_000), "nested_too_deep"),
    ],
)
def test_a_mail_beyond_the_limits_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(MailTooComplex) as refusal:
        parse_mail(raw)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "raw",
    [
        nested(50),
        HEADER + PART * 499,
        b"A: b\r\n" * 999 + b"\r\n",
        b"To: " + b"Naam Achternaam <naam.achternaam@example.nl>," * 500 + b"\r\n\r\n",
    ],
)
def test_a_mail_at_the_limits_is_read(raw: bytes) -> None:
    assert parse_mail(raw).text is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Subject", "To", "Content-Type", "References"])
@pytest.mark.parametrize(
    "piece",
    [
        *("=?a?q?", "=?utf-8?b?YQ==?= ", '"', '\\"', "(", "((a)", "<", "[", "a@b,", "a@b ", ";"),
        *("a*0=b;", "x ", " =", 'a="', "%41", " @ ", "\t"),
    ],
)
def test_fields_are_read_in_linear_time(name: str, piece: str) -> None:
    field = f"{name}: {piece * (15_000 // len(piece))}\r\n".encode()

    assert effort(lambda: parse_mail(field * 10 + b"\r\n")) < GENEROUS


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        b"--\r\n" * 500_000,
        b"--Xx\r\n" * 300_000,
        b" " * 2_000_000,
        b"\r" * 2_000_000,
        b"AA==\r\n" * 300_000,
        b"a \r\n" * 500_000,
        b"\x1b$B" * 600_000,
        b"<" * 1_000_000,
    ],
)
@pytest.mark.parametrize(
    "kind",
    [
        b"Content-Type: text/plain; format=flowed; charset=iso-2022-jp",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable",
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64",
    ],
)
def test_bodies_are_read_in_linear_time(kind: bytes, body: bytes) -> None:
    raw = HEADER + b"--X\r\n" + kind + b"\r\n\r\n" + body

    assert effort(lambda: parse_mail(raw)) < GENEROUS
