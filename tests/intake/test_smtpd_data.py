"""The bytes of a mail: its end, its lines, its size, and what else is in the same packet."""

import socket

import pytest

from accounts.models import User
from intake.actions import open_mail
from intake.models import RawMail
from tests.intake.conftest import Start
from tests.intake.smtp import Client, mail_from


@pytest.fixture
def way(both_ways: bool) -> bool:
    """What holds here holds for both ways of storing."""
    return both_ways


# What another server might take for the end of a mail (CVE-2023-51764 and the like).
NO_ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\r\n.\r",
    b"\n.\r",
    b"\r.\n",
    b"\r\n\x00.\r\n",
    b"\r\n.\x00\r\n",
    b"\r\r\n.\r\r\n",
    b"\n\n.\r\n",
]


def received() -> bytes:
    return open_mail(RawMail.objects.get())


def head(sender: User) -> bytes:
    return f"From: {sender.email}\r\nSubject: x\r\n\r\n".encode()


@pytest.mark.parametrize("no_end", NO_ENDS)
def test_nothing_but_crlf_dot_crlf_ends_a_mail(smtp: Client, sender: User, no_end: bytes) -> None:
    mail = head(sender) + b"a" + no_end + b"MAIL FROM:<evil@example.nl>\r\nb"
    assert smtp.begin(sender).data(mail).startswith("250 ")
    assert smtp.say("NOOP").startswith("250 ")
    assert received() == mail.replace(b"\r\n.", b"\r\n") + b"\r\n"


def test_doubled_dots_are_taken_off(smtp: Client, sender: User) -> None:
    smtp.begin(sender).data(head(sender) + b"..\r\n..a\r\na.\r\n...")
    assert received() == head(sender) + b".\r\n.a\r\na.\r\n..\r\n"


def test_an_empty_mail_ends_at_once(smtp: Client, sender: User) -> None:
    smtp.begin(sender).send(b".\r\n")
    assert smtp.answer().startswith("550 5.7.1")
    assert smtp.say("NOOP").startswith("250 ")


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_an_end_in_pieces_is_found(smtp: Client, sender: User, size: int) -> None:
    smtp.begin(sender)
    smtp.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    mail = head(sender) + b"a\r\n.\r\n"
    pieces = [mail[at : at + size] for at in range(0, len(mail), size)]
    list(map(smtp.send, pieces))
    assert smtp.answer().startswith("250 ")
    assert received() == mail[:-3]


@pytest.mark.parametrize(
    "body",
    [b"\xc3\xa9\xe2\x82\xac", b"\xe9\x80\xff", b"a\x00b", b"x" * 100_000, b"a\nb\rc"],
    ids=["utf-8", "latin-1", "nul", "long line", "bare line ends"],
)
def test_every_byte_arrives_as_it_was_sent(smtp: Client, sender: User, body: bytes) -> None:
    smtp.begin(sender).data(head(sender) + body)
    assert received() == head(sender) + body + b"\r\n"


def test_a_mail_of_a_megabyte_arrives_whole(smtp: Client, sender: User) -> None:
    mail = head(sender) + b"0123456789abcdef\r\n.x\r\n" * 50_000
    smtp.begin(sender).data(mail.replace(b"\r\n.", b"\r\n..").removesuffix(b"\r\n"))
    assert received() == mail


def test_a_line_over_a_megabyte_is_refused(smtp: Client, sender: User) -> None:
    answer = smtp.begin(sender).data(head(sender) + b"x" * (1024 * 1024 + 1))
    assert answer.startswith("554 5.6.0")
    assert not RawMail.objects.exists()


def test_addresses_and_headers_may_be_utf8(smtp: Client, sender: User) -> None:
    smtp.hello()
    smtp.log_in(sender.email)
    smtp.say(f"MAIL FROM:<{sender.email}> SMTPUTF8")
    smtp.say("RCPT TO:<jürgen@bücher.example>")
    smtp.say("DATA")
    assert smtp.data(f"From: Zoë <{sender.email}>\r\nSubject: €\r\n\r\nx").startswith("250 ")
    assert RawMail.objects.get().recipients == ["jürgen@xn--bcher-kva.example"]


def test_a_mail_over_the_limit_is_refused_after_its_end(start: Start, sender: User) -> None:
    with Client(start(max_bytes=10_000).port) as smtp:
        answer = smtp.begin(sender).data(head(sender) + b"x" * 10_000)
        assert answer.startswith("552 5.3.4")
        assert smtp.say("NOOP").startswith("250 ")
    assert not RawMail.objects.exists()


def test_a_mail_that_does_not_stop_is_cut_off(start: Start, sender: User) -> None:
    with Client(start(max_bytes=10_000).port) as smtp:
        smtp.begin(sender)
        with pytest.raises(ConnectionError):
            smtp.send(b"x" * 50_000_000)
    assert not RawMail.objects.exists()


def test_commands_in_one_packet_are_answered_in_order(smtp: Client, sender: User) -> None:
    smtp.hello()
    smtp.log_in(sender.email)
    smtp.send(f"MAIL FROM:<{sender.email}>\r\nRCPT TO:<a@b.nl>\r\nRCPT TO:<b>\r\nDATA\r\n")
    assert [smtp.answer()[:3] for _ in range(4)] == ["250", "250", "553", "354"]


def test_the_next_mail_may_follow_in_the_same_packet(smtp: Client, sender: User) -> None:
    envelope = f"MAIL FROM:<{sender.email}>\r\nRCPT TO:<a@b.nl>\r\nDATA\r\n"
    one = envelope + mail_from(sender) + ".\r\n"
    smtp.hello()
    smtp.log_in(sender.email)
    smtp.send(one + one + "QUIT\r\n")
    codes = [smtp.answer()[:3] for _ in range(9)]
    assert codes == ["250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert RawMail.objects.count() == 2


def test_a_client_that_only_listens_on_gets_its_answer(smtp: Client, sender: User) -> None:
    smtp.begin(sender).send(mail_from(sender) + ".\r\n")
    smtp.socket.shutdown(socket.SHUT_WR)
    assert smtp.answer().startswith("250 ")


def test_half_a_mail_is_not_stored(smtp: Client, sender: User) -> None:
    smtp.begin(sender).send(mail_from(sender))
    smtp.close()
    assert not RawMail.objects.exists()
