"""The fast way into the database, without sockets: what it promises when something goes wrong."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection

from accounts.models import User
from intake.actions import SealedMail, open_mail
from intake.models import RawMail
from intake.smtpd import data, fast
from intake.smtpd.replies import Refused
from tests import engines, make

pytestmark = [
    pytest.mark.django_db(transaction=True),
    engines.FAST_INTAKE,
]
Outcomes = list[BaseException | None]


@pytest.fixture
def sender(transactional_db: None) -> User:
    """A person who may hand in mail."""
    return make.user()


def sealed(sender: User) -> SealedMail:
    return make.sealed_mail(sender, b"mail")


def stored() -> set[Any]:
    return set(RawMail.objects.values_list("uid", flat=True))


def store(*mails: SealedMail) -> Outcomes:
    """Store the mails at once, and return what became of each."""

    async def all_of_them() -> Sequence[BaseException | None]:
        storage = fast.FastStorage()
        outcomes = await asyncio.gather(*map(storage.store, mails), return_exceptions=True)
        await asyncio.to_thread(storage.stop, 2.0)
        return outcomes

    return list(asyncio.run(all_of_them()))


def test_mails_of_many_sessions_are_stored_together(sender: User) -> None:
    mails = [sealed(sender) for _ in range(32)]
    assert store(*mails) == [None] * 32
    assert stored() == {mail.row.uid for mail in mails}


def test_a_commit_whose_answer_was_lost_counts(sender: User) -> None:
    mail = sealed(sender)
    assert (store(mail), store(mail)) == ([None], [None])
    assert RawMail.objects.count() == 1


def test_a_mail_that_cannot_be_stored_does_not_take_others_along(sender: User) -> None:
    bad, good = sealed(sender), sealed(sender)
    bad.row.organization_id = 0
    failed, went_well = store(bad, good)
    assert isinstance(failed, DatabaseError)
    assert (went_well, stored()) == (None, {good.row.uid})


def test_a_sender_who_was_shut_out_meanwhile_is_told(sender: User) -> None:
    gone = make.user()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    refused, good = store(sealed(gone), sealed(sender))
    assert isinstance(refused, Refused)
    assert (good, RawMail.objects.get().sender_id) == (None, sender.pk)


def test_a_mail_that_was_given_up_before_its_commit_is_not_stored(
    sender: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast, "PATIENCE", 0.2)
    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE intake_rawmail IN EXCLUSIVE MODE")
        [refused] = store_while_locked(sealed(sender), cursor)
    assert isinstance(refused, Refused)
    assert stored() == set()


def store_while_locked(mail: SealedMail, cursor: Any) -> Outcomes:
    """Hand in a mail, and let the database go on only when its session has given up."""

    async def hand_in() -> Outcomes:
        storage = fast.FastStorage()
        outcomes = await asyncio.gather(storage.store(mail), return_exceptions=True)
        await asyncio.to_thread(cursor.execute, "ROLLBACK")
        await asyncio.to_thread(storage.stop, 2.0)
        return list(outcomes)

    return asyncio.run(hand_in())


def test_a_database_that_hung_up_is_called_again(sender: User) -> None:
    mails = [sealed(sender) for _ in range(3)]

    async def one_after_the_other() -> None:
        storage = fast.FastStorage()
        await storage.store(mails[0])
        await asyncio.to_thread(_hang_up)
        await storage.store(mails[1])
        await storage.store(mails[2])
        await asyncio.to_thread(storage.stop, 2.0)

    asyncio.run(one_after_the_other())
    assert stored() == {mail.row.uid for mail in mails}


def _hang_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE '%intake_rawmail%'
            AND pid <> pg_backend_pid()""")
    connection.close()


def test_a_mail_of_several_pieces_opens_as_it_was(sender: User) -> None:
    whole = random.Random(3).randbytes(2 * data.PIECE_BYTES + 5)  # noqa: S311  no secret
    assert store(make.sealed_mail(sender, whole)) == [None]
    assert open_mail(RawMail.objects.get()) == whole


def test_who_a_sender_is_is_asked_once_in_a_while(sender: User) -> None:
    senders = fast.Senders()
    assert senders.recall(sender.email) is None
    senders.ask(sender.email)
    assert senders.recall(sender.email) == sender
