"""The fields of the header that people see, and those that the program obeys."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.parser import FromHeader, Mailbox, ParsedMail, parse_mail, read_from_header

MAILS = Path(__file__).parents[1] / "mails"


def mail(name: str) -> ParsedMail:
    return parse_mail((MAILS / f"{name}.eml").read_bytes())


def with_field(line: str) -> ParsedMail:
    return parse_mail(f"{line}\r\n\r\nDag.\r\n".encode())


@pytest.mark.parametrize(
    ("value", "subject"),
    [
        ("Gewoon", "Gewoon"),
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?B?Y2Fmw?= =?utf-8?B?6k=?=", "café"),
        ("=?utf-8?B?Y2Fmw6?= =?utf-8?B?kgZWVu?=", "café een"),
        ("=?utf-8?Q?caf=C3?=\r\n =?UTF-8?Q?=A9?=", "café"),
        ("=?utf-8?Q?een?= twee =?utf-8?Q?drie?=", "een twee drie"),
        ("=?utf-8?Q?twee woorden?=", "twee woorden"),
        ("=?utf-8*nl?Q?caf=C3=A9?=", "café"),
        ("=?x-geen?Q?caf=E9?=", "café"),
        ("=?gb2312?B?6UY=?=", "镕"),
        ("Re:=?utf-8?Q?caf=C3=A9?=", "Re:café"),
        ("=?utf-8?Q?nooit gesloten", "=?utf-8?Q?nooit gesloten"),
        ("=?utf-8?B?????=", ""),
        ("Coördinatie", "Coördinatie"),
        ("over\r\n twee\r\n\tregels", "over twee regels"),
        ("=?utf-8?Q?regel=0D=0ABcc:_x@example.nl?=", "regel Bcc: x@example.nl"),
        ("a\x00b", "ab"),
    ],
)
def test_subjects_are_decoded(value: str, subject: str) -> None:
    assert with_field(f"Subject: {value}").subject == subject


def test_eight_bit_subjects_are_read_in_the_charset_of_the_mail() -> None:
    raw = "Subject: Привет\nContent-Type: text/plain; charset=koi8-r\n\nx\n".encode("koi8-r")

    assert parse_mail(raw).subject == "Привет"


def test_a_mail_may_have_no_subject() -> None:
    assert mail("no-subject").subject == ""


@pytest.mark.parametrize(
    ("value", "mailboxes"),
    [
        ("jan@example.nl", [("", "jan@example.nl")]),
        ("Jan <jan@example.nl>", [("Jan", "jan@example.nl")]),
        ("jan@example.nl (Jan (de) J)", [("Jan (de) J", "jan@example.nl")]),
        ('"Jansen, Jan" <jan@example.nl>', [("Jansen, Jan", "jan@example.nl")]),
        ('"Jan \\"J\\"" <jan@example.nl>', [('Jan "J"', "jan@example.nl")]),
        ('"=?utf-8?Q?Zo=C3=AB?=" <zoe@example.nl>', [("Zoë", "zoe@example.nl")]),
        ("=?utf-8?Q?Jansen,_Jan?= <jan@example.nl>", [("Jansen, Jan", "jan@example.nl")]),
        ("a@example.nl; b@example.nl", [("", "a@example.nl"), ("", "b@example.nl")]),
        ("a@example.nl b@example.nl", [("", "a@example.nl"), ("", "b@example.nl")]),
        ("<a@example.nl><b@example.nl>", [("", "a@example.nl"), ("", "b@example.nl")]),
        ("Team: a@example.nl, B <b@example.nl>;", [("", "a@example.nl"), ("B", "b@example.nl")]),
        ("undisclosed-recipients:;", []),
        ("Niemand in het bijzonder", [("Niemand in het bijzonder", "")]),
        (
            '"onafgemaakt <a@example.nl>, b@example.nl',
            [("onafgemaakt", "a@example.nl"), ("", "b@example.nl")],
        ),
        ("Jan (onafgemaakt <jan@example.nl>", [("Jan (onafgemaakt", "jan@example.nl")]),
        ("Jan <jan@example.nl", [("Jan", "jan@example.nl")]),
        ("<@a.example,@b.example:jan@example.nl>", [("", "jan@example.nl")]),
        ("jan @ example . nl", [("", "jan@example.nl")]),
        ("jan@[IPv6:2001:db8::1]", [("", "jan@[IPv6:2001:db8::1]")]),
        ('"jan jansen"@example.nl', [("", '"jan jansen"@example.nl')]),
        ("'jan@example.nl' <jan@example.nl>", [("'jan@example.nl'", "jan@example.nl")]),
        ("evil@example.com<jan@example.nl>", [("evil@example.com", "jan@example.nl")]),
        ("mailto:jan@example.nl", [("", "jan@example.nl")]),
        (",, ,<>", []),
    ],
)
def test_addresses_are_read_as_programs_write_them(
    value: str, mailboxes: list[tuple[str, str]]
) -> None:
    assert with_field(f"To: {value}").to == tuple(Mailbox(*pair) for pair in mailboxes)


def test_addresses_of_all_fields_count() -> None:
    assert [box.address for box in mail("groups").to] == [
        "jan@example.nl",
        "els@example.nl",
        "piet@example.nl",
    ]


def test_international_addresses_are_kept() -> None:
    parsed = mail("smtputf8")

    assert parsed.from_ == (Mailbox("Zoë Müller", "zoë@zörg.example"),)
    assert parsed.to == (Mailbox("", "用户@例子.example"),)


def test_from_is_read_without_the_rest_of_the_mail() -> None:
    raw = (MAILS / "plain.eml").read_bytes()

    assert read_from_header(raw) == FromHeader(1, (Mailbox("Anna de Vries", "anna@zorg.example"),))


def test_every_from_field_is_counted() -> None:
    read = read_from_header((MAILS / "two-from.eml").read_bytes())

    assert (read.fields, len(read.mailboxes)) == (2, 3)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Tue, 5 Mar 2024 09:30:00 +0100", datetime(2024, 3, 5, 8, 30, tzinfo=UTC)),
        ("5 Mar 2024 09:30 -0000", datetime(2024, 3, 5, 9, 30, tzinfo=UTC)),
        ("gisteren", None),
        ("Tue, 5 Mar 99999 09:30:00 +0100", None),
        ("Fri, 31 Dec 9999 23:00:00 -0500", None),
        ("Tue, 35 Mar 2024 09:30:00 +9999", None),
        ("", None),
    ],
)
def test_dates_are_read_in_utc(value: str, date: datetime | None) -> None:
    assert with_field(f"Date: {value}").date == date


def test_threads_are_known_by_their_ids() -> None:
    parsed = mail("references")

    assert parsed.message_id == "<1.plain@zorg.example>"
    assert parsed.in_reply_to == "<een@example.nl>"
    assert parsed.references == ("<nul@example.nl>", "<een@example.nl>")


def test_control_fields_are_handed_on_in_order() -> None:
    assert mail("control-fields").control_fields == (
        ("zivver-access-right", "jan@example.nl sms +31612345678"),
        ("zivver-message-expiration", "delete P30D"),
        ("zivver-access-right", "els@example.nl access-code café"),
    )


@pytest.mark.parametrize(
    ("line", "automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: Auto-Generated; x=y", True),
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: NO (by hand)", False),
        ("Precedence: auto_reply", True),
        ("Precedence: list", False),
        ("X-Autoreply: yes", True),
        ("Subject: Re: uitslag", False),
    ],
)
def test_answers_of_machines_are_known(line: str, automatic: bool) -> None:
    assert with_field(line).auto_submitted is automatic
