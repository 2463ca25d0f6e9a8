"""The bytes of a mail."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.caught import open_mail
from notifications.compose import Addressing, compose_mail, mailbox, one_line, wrap
from notifications.letters import Mail, Parts

UID = UUID("12345678-1234-5678-1234-567812345678")
ADDRESSING = Addressing(UID, "zivweb.example", "token")
HEADERS = [
    "Content-Type",
    "MIME-Version",
    "Subject",
    "From",
    "To",
    "Reply-To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "In-Reply-To",
    "References",
]
HOSTILE = [
    "Results\r\nBcc: eve@evil.example",
    "Results\nBcc: eve@evil.example",
    "Results\rBcc: eve@evil.example",
    "Results\x00Bcc: eve@evil.example",
    "Results\u2028Bcc: eve@evil.example",
    "Results\u2029Bcc: eve@evil.example",
    "Results\x85Bcc: eve@evil.example",
    "Results\x0bBcc: eve@evil.example",
    "Résults\r\nBcc: eve@evil.example",
    "=?utf-8?q?Results=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?q?R=C3=A9sults=0ABcc:_eve@evil.example?= é",
    "Results\ud800",
    "x" * 5000,
    'Jansen, "Jan" <eve@evil.example>, é' * 20,
]


def composed(subject: str = "Results", name: str = "Anna", **more: str) -> EmailMessage:
    """Return the mail as a reader's program reads it."""
    mail = Mail(
        kind="finish_sending",
        to="anna@zorg.example",
        to_name=name,
        language="en",
        context={},
        from_name=name,
        reply_to="help@zorg.example",
        in_reply_to=more.get("in_reply_to", "<original@client.example>"),
        references=("<first@client.example>",),
    )
    wire = compose_mail(mail, Parts(subject, "Text é\n", "<p>HTML é</p>"), ADDRESSING)
    return message_from_bytes(wire.raw, policy=default)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_subject_adds_a_header(text: str) -> None:
    assert composed(subject=text).keys() == HEADERS


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_adds_a_header_or_an_address(text: str) -> None:
    mail = composed(name=text)

    assert mail.keys() == HEADERS
    assert [item.addr_spec for item in mail["To"].addresses] == ["anna@zorg.example"]
    assert [item.addr_spec for item in mail["From"].addresses] == ["no-reply@zivweb.example"]


@given(st.text(max_size=400))
def test_any_text_stays_in_its_header(text: str) -> None:
    mail = composed(subject=text, name=text)

    assert mail.keys() == HEADERS
    assert len(mail["To"].addresses) == 1


def test_a_long_subject_in_other_letters_arrives_as_it_was() -> None:
    subject = "Uitslag van het onderzoek in Curaçao, 你好 " * 4

    assert composed(subject=subject)["Subject"] == subject.strip()


@pytest.mark.parametrize("text", ["<a@b>\r\nBcc: eve@evil.example", "no id", "<a b@c>", "<é@c>"])
def test_what_is_no_message_id_is_left_out_of_the_thread(text: str) -> None:
    mail = composed(in_reply_to=text)

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<first@client.example>"


def test_a_mail_hangs_under_the_original() -> None:
    mail = composed()

    assert mail["In-Reply-To"] == "<original@client.example>"
    assert mail["References"] == "<first@client.example> <original@client.example>"


def test_the_message_id_and_the_sender_follow_from_the_row() -> None:
    mail = Mail("finish_sending", "anna@zorg.example", "", "en", {})

    wire = compose_mail(mail, Parts("Subject", "Text", "<p>HTML</p>"), ADDRESSING)

    assert f"\r\nMessage-ID: <{UID}@zivweb.example>\r\n".encode() in wire.raw
    assert wire.sender == "bounce+token@zivweb.example"


def test_a_mail_says_that_no_person_wrote_it() -> None:
    assert composed()["Auto-Submitted"] == "auto-generated"


def test_a_mail_is_ascii_in_lines_that_any_relay_takes() -> None:
    mail = Mail("finish_sending", "anna@zorg.example", "Zoë", "en", {})

    raw = compose_mail(mail, Parts("Zoë", "é" * 3000, "<p>é</p>" * 500), ADDRESSING).raw

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_both_parts_arrive_as_they_were() -> None:
    mail = Mail("finish_sending", "anna@zorg.example", "", "en", {})

    caught = open_mail(compose_mail(mail, Parts("é", "Text é\n", "<p>HTML é</p>"), ADDRESSING))

    assert (caught.subject, caught.text, caught.html) == ("é", "Text é\n", "<p>HTML é</p>")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("", "jan@example.nl"),
        ("Jan", "Jan <jan@example.nl>"),
        ("Jansen, Jan", '"Jansen, Jan" <jan@example.nl>'),
        ("Zoë", "=?utf-8?q?Zo=C3=AB?= <jan@example.nl>"),
    ],
)
def test_a_mailbox_shows_its_name(name: str, header: str) -> None:
    assert mailbox(name, "jan@example.nl") == header


def test_bidi_marks_do_not_turn_a_name_around() -> None:
    assert one_line("gpj\u202eexe.anna") == "gpjexe.anna"


def test_text_is_wrapped_and_links_stay_whole() -> None:
    link = "https://zivweb.example/finish/" + "a" * 80

    lines = wrap("word " * 40 + "\n\n\n\n" + link).splitlines()

    assert lines[-1] == link
    assert max(map(len, lines[:-1])) <= 72
    assert lines.count("") == 1


def test_a_wrapped_item_of_a_list_hangs() -> None:
    assert wrap("- " + "word " * 20).splitlines()[1].startswith("  word")
