"""Mails are read by a process of its own, within one budget; what is over it is told, and kept."""

import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from accounts.models import User
from drafts.models import Draft
from drafts.preparing import prepared
from flow.reader import Body, Bounds, ReaderAway, ask
from intake import actions, reading, states
from intake.compose import Envelope, incoming_mail
from intake.limits import MailTooComplex
from intake.models import RawMail
from intake.parser import parse_mail
from intake.reading import RawBytes, ReadMail, read_mail, read_mails
from intake.tasks import make_drafts
from tests import make
from tests.intake.test_actions import NESTED, attempts_after_a_minute, letter

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
ENVELOPE = Envelope(1, 2, ("jan@example.nl", "els@example.nl"))
SHORT, LONG = b"Subject: Short\r\n\r\nHi\r\n", b"Subject: Long\r\n\r\n" + b"Hi\r\n" * 5_000
LITTLE = replace(reading.BUDGET, output=10_000)
SMALL = Bounds(processor=1, seconds=30, memory=1 << 20, output=1 << 20)


def handed_in(raw: bytes) -> RawBytes:
    """Return a mail as the worker has it."""
    return RawBytes(ENVELOPE, len(raw), lambda: [raw])


def map_all(raws: Iterable[bytes]) -> list[RawBytes]:
    """Return mails as the worker has them."""
    return [handed_in(raw) for raw in raws]


def pieces_of(raw: bytes) -> Callable[[], Iterable[bytes]]:
    """Return how to get a mail in pieces."""
    return lambda: (raw[at : at + 100] for at in range(0, len(raw), 100))


def read_here(raw: bytes) -> ReadMail:
    """Read a mail in this process."""
    parsed = parse_mail(raw)
    return ReadMail(incoming_mail(parsed, ENVELOPE), parsed.in_reply_to, parsed.auto_submitted)


@pytest.fixture
def sender(db: None) -> User:
    return make.user()


@pytest.fixture
def little_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a mail be little."""
    monkeypatch.setattr(reading, "BUDGET", LITTLE)


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_nothing_of_a_mail_is_lost_on_its_way(path: Path) -> None:
    raw = path.read_bytes()

    assert read_mail(RawBytes(ENVELOPE, len(raw), pieces_of(raw))) == read_here(raw)


def test_several_mails_are_read_in_one_call() -> None:
    raws = [path.read_bytes() for path in MAILS]

    assert list(read_mails(map_all(raws))) == [read_here(raw) for raw in raws]


def test_one_mail_beyond_the_limits_leaves_the_others_readable() -> None:
    first, nested, last = read_mails(map_all([SHORT, NESTED, SHORT]))

    assert (first, nested, last) == (read_here(SHORT), None, read_here(SHORT))


def test_a_mail_is_prepared_where_it_is_read() -> None:
    incoming = read_mail(handed_in(MAILS[0].read_bytes())).incoming

    assert incoming == prepared(replace(incoming, shown=None, seen=""))


def test_all_of_a_mail_shares_one_budget(little_budget: None) -> None:
    with pytest.raises(MailTooComplex):
        read_mail(handed_in(LONG))


def test_a_mail_that_takes_too_much_memory_is_too_complex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BUDGET", SMALL)

    with pytest.raises(MailTooComplex):
        read_mail(handed_in(b"\r\n" + b"x" * (8 << 20)))


def test_a_mail_over_the_budget_is_refused_kept_and_told(sender: User, little_budget: None) -> None:
    mail = make.raw_mail(sender, LONG)
    make_drafts()

    mail.refresh_from_db()
    assert (mail.state, mail.refusal) == (states.REFUSED, "too_complex")
    assert actions.open_mail(mail) == LONG
    assert "Subject: Not sent: Long" in letter()


def test_a_mail_over_the_budget_takes_no_other_along(sender: User, little_budget: None) -> None:
    mails = [make.raw_mail(sender, raw) for raw in (SHORT, LONG, SHORT)]
    make_drafts()

    found = [RawMail.objects.get(pk=mail.pk).state for mail in mails]
    assert found == [states.DRAFTED, states.REFUSED, states.DRAFTED]


def test_mails_wait_while_nothing_can_be_read(
    sender: User, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    mail = make.raw_mail(sender, SHORT)
    request.getfixturevalue("no_reader")
    with pytest.raises(ReaderAway):
        make_drafts()
    mail.refresh_from_db()
    told = (mail.state, mail.attempts)
    monkeypatch.undo()

    assert (told, attempts_after_a_minute(mail)) == ((states.STORED, 0), 1)
    assert mail.state == states.DRAFTED


def test_a_report_waits_while_nothing_can_be_read(no_reader: None) -> None:
    with pytest.raises(ReaderAway):
        actions.take_bounce(["bounce+x@zivweb.example"], SHORT)


def test_a_reader_that_was_killed_costs_no_mail(sender: User) -> None:
    make.raw_mail(sender, SHORT)
    os.kill(ask("tests.flow.reading:process", None, Body(), SMALL).said, signal.SIGKILL)

    make_drafts()

    assert Draft.objects.count() == 1
