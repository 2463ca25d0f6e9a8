"""The parts of the SMTP server, each without a socket."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from intake.actions import SealedMail, open_mail
from intake.models import RawMail
from intake.smtpd import data, fast
from intake.smtpd.data import LineGauge, read_data
from intake.smtpd.door import Door, Guest, peer_key
from intake.smtpd.envelope import read_mail_command, read_rcpt_command
from intake.smtpd.replies import Refused, with_enhanced_code
from intake.smtpd.storage import Waiting, store_waiting
from tests import make
from vault.keys import VaultError

BYTES = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\r\n.", b"\x00"])).map(
    b"".join
)


class Clock:
    """A clock that stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def as_sent(mail: bytes) -> bytes:
    """Double the dots at the starts of lines, as a client does."""
    return (b"\r\n" + mail).replace(b"\r\n.", b"\r\n..")[2:]


async def whole_mail(reader: asyncio.StreamReader) -> bytes:
    """Return the pieces that are read, as one."""
    return b"".join([piece async for piece in read_data(reader, 10_000, lambda: None)])


async def read_in_pieces(sent: bytes, size: int) -> tuple[bytes, bytes]:
    """Return what is read as the mail, and what is left for the next command."""
    reader = asyncio.StreamReader()
    reading = asyncio.ensure_future(whole_mail(reader))
    for at in range(0, len(sent), size):
        reader.feed_data(sent[at : at + size])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    mail = await reading
    reader.feed_eof()
    return mail, await reader.read()


def sealed(sender: User) -> SealedMail:
    return make.sealed_mail(sender, b"mail")


def is_refused(gauge: LineGauge) -> bool:
    """Tell whether a line was too long."""
    try:
        gauge.require_short_lines()
    except Refused:
        return True
    return False


def read_sender(argument: str) -> str:
    return read_mail_command(argument, 10_000)


@given(BYTES, BYTES, st.integers(1, 9))
def test_a_mail_is_read_to_its_end_and_no_further(mail: bytes, rest: bytes, size: int) -> None:
    whole = mail + b"\r\n"
    sent = as_sent(whole) + b".\r\n" + rest
    read, left = asyncio.run(read_in_pieces(sent, size))
    assert read == whole
    assert left == rest


@given(BYTES, st.integers(1, 9), st.integers(5, 12))
def test_a_mail_in_pieces_is_the_same_mail(mail: bytes, size: int, piece: int) -> None:
    whole = mail + b"\r\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "PIECE_BYTES", piece)
        patch.setattr(data, "_FEW", 1)
        read, left = asyncio.run(read_in_pieces(as_sent(whole) + b".\r\nNOOP", size))
    assert (read, left) == (whole, b"NOOP")


@given(BYTES, st.integers(1, 9))
def test_a_long_line_is_found_in_pieces_as_in_the_whole(mail: bytes, size: int) -> None:
    gauge, whole = LineGauge(), LineGauge()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "LINE_BYTES", 4)
        whole.measure(mail)
        list(map(gauge.measure, [mail[at : at + size] for at in range(0, len(mail), size)]))
    assert is_refused(gauge) == is_refused(whole)


def test_commands_behind_a_mail_stay_for_the_next_reader() -> None:
    assert asyncio.run(read_in_pieces(b"a\r\n.\r\nNOOP\r\n", 100)) == (b"a\r\n", b"NOOP\r\n")


@pytest.mark.parametrize(("read", "keyword"), [(read_sender, "FROM:"), (read_rcpt_command, "TO:")])
@given(text=st.text(max_size=300))
def test_any_command_is_read_or_refused(
    read: Callable[[str], str], keyword: str, text: str
) -> None:
    with contextlib.suppress(Refused):
        assert read(keyword + text) is not None


def test_a_guest_who_leaves_makes_room() -> None:
    door, guest = Door(patience=0), Guest("1.2.3.4")
    assert asyncio.run(door.enter(guest))
    door.know(guest)
    door.leave(guest)
    door.leave(guest)
    assert (door.inside, dict(door.strangers), dict(door.waiting)) == (0, {}, {})


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_peer_is_an_address_or_a_network(host: str, key: str) -> None:
    assert peer_key(host) == key


@pytest.mark.parametrize(
    ("reply", "better"),
    [
        ("250 OK", "250 2.0.0 OK"),
        ("500 Error: bad syntax", "500 5.5.2 Error: bad syntax"),
        ("553 5.1.3 Bad", "553 5.1.3 Bad"),
        ("250-a\r\n250 HELP", "250-a\r\n250 HELP"),
        ("220 zivweb.example", "220 zivweb.example"),
        ("334 VXNlcg==", "334 VXNlcg=="),
    ],
)
def test_replies_of_the_library_get_an_enhanced_code(reply: str, better: str) -> None:
    assert with_enhanced_code(reply) == better


@pytest.mark.django_db(transaction=True)
def test_a_commit_whose_answer_was_lost_counts() -> None:
    mail = sealed(make.user())
    waiting = [Waiting(mail), Waiting(mail)]
    store_waiting(waiting)
    assert [one.outcome.result(0) for one in waiting] == [None, None]
    assert RawMail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_cannot_be_stored_does_not_take_others_along() -> None:
    sender = make.user()
    bad, good = Waiting(sealed(sender)), Waiting(sealed(sender))
    bad.mail.row.organization_id = 0
    store_waiting([bad, good])
    assert bad.outcome.exception(0) is not None
    assert good.outcome.result(0) is None
    assert list(RawMail.objects.values_list("uid", flat=True)) == [good.mail.row.uid]


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_nobody_waits_for_is_not_stored() -> None:
    sender = make.user()
    left, good = Waiting(sealed(sender)), Waiting(sealed(sender))
    left.outcome.cancel()
    store_waiting([left, good])
    assert RawMail.objects.get().uid == good.mail.row.uid


def test_nobody_can_give_up_once_the_commit_began() -> None:
    waiting = Waiting(SealedMail())
    waiting.begin_commit()
    outcome: Future[None] = waiting.outcome
    assert not outcome.cancel()


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_several_pieces_opens_as_it_was_but_not_without_its_end() -> None:
    whole = random.Random(3).randbytes(2 * data.PIECE_BYTES + 5)  # noqa: S311  no secret
    waiting = Waiting(make.sealed_mail(make.user(), whole))
    store_waiting([waiting])
    row = RawMail.objects.get()
    assert (waiting.outcome.result(0), open_mail(row) == whole) == (None, True)
    row.pieces.get(number=2).delete()
    with pytest.raises(VaultError):
        open_mail(row)


def test_the_fast_way_in_is_small() -> None:
    files = [Path(str(module.__file__)) for module in (fast, data)]
    assert sum(len(file.read_text().splitlines()) for file in files) < 400
