"""Wrong tries of an access code count for all messages of an organization that it opens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from delivery.actions import (
    Attempt,
    Correction,
    correct_recipient,
    open_message,
    send_code,
    unlock,
)
from delivery.actions.verifying import EXHAUSTED, LOCKED, WRONG
from delivery.codes import TRIES
from delivery.content import Secret
from delivery.models import CodeTries, MessageRecipient
from tests import make
from tests.delivery.messages import (
    ACCESS,
    again,
    link,
    newest_code,
    person,
    person_with_code,
    recipient_of,
    released,
    tries_of,
    wrong,
)

pytestmark = pytest.mark.django_db

JAN, PIET = "jan@example.nl", "piet@example.nl"
OTHER = "reiger-onder-brug"


@pytest.fixture
def sender() -> User:
    """Who sends the messages."""
    return make.user()


def message_to(sender: User, address: str = JAN, code: str = ACCESS) -> MessageRecipient:
    """Send a message to one person, who opens it by this access code."""
    row = recipient_of(released(person_with_code(address), sender=sender), address)
    row.seal_secret(Secret(code, "a hint"))
    row.save(update_fields=["secret"])
    return again(row)


def guess_each(*rows: MessageRecipient) -> list[Attempt]:
    """Type another wrong code for each of these."""
    return [open_message(row, "", f"wrong {number}") for number, row in enumerate(rows)]


def locked(sender: User) -> MessageRecipient:
    """Send Jan a message, and lock its code by wrong tries."""
    row = message_to(sender)
    guess_each(*[row] * TRIES)
    return row


def sent_page(row: MessageRecipient) -> str:
    """Return the sender's page of a message."""
    page = make.signed_in(row.message.sender).get(f"/messages/{row.message_id}/")
    return page.content.decode()


def test_ten_messages_give_no_more_tries_than_one(sender: User) -> None:
    tries = guess_each(*(message_to(sender) for _ in range(10)))
    assert [each.problem for each in tries] == [WRONG] * (TRIES - 1) + [LOCKED] * 6


def test_the_right_code_opens_none_of_them_meanwhile(sender: User) -> None:
    rows = [message_to(sender), locked(sender), message_to(sender)]
    assert [open_message(row, "", ACCESS).problem for row in rows] == [LOCKED] * 3


def test_a_colleagues_message_with_that_code_is_locked_too(sender: User) -> None:
    locked(sender)
    row = message_to(make.user(sender.organization))
    assert open_message(row, "", ACCESS).problem == LOCKED


def test_the_same_code_in_another_spelling_is_the_same_code(sender: User) -> None:
    locked(sender)
    row = message_to(sender, code=f"\u200b{ACCESS.upper().replace('-', ' ')}")
    assert open_message(row, "", ACCESS).problem == LOCKED


ELSEWHERE: list[Callable[[User], MessageRecipient]] = [
    lambda _sender: message_to(make.user()),
    lambda sender: message_to(sender, PIET),
    lambda sender: message_to(sender, code=OTHER),
    lambda sender: recipient_of(released(person(), sender=sender)),
]


@pytest.mark.parametrize(
    "elsewhere", ELSEWHERE, ids=["organization", "recipient", "code", "method"]
)
def test_nothing_else_is_locked(
    sender: User, elsewhere: Callable[[User], MessageRecipient]
) -> None:
    row = elsewhere(sender)
    locked(sender)
    assert tries_of(row).failures == 0


def test_a_message_to_two_people_locks_the_one_alone(sender: User) -> None:
    message = released(person_with_code(), person_with_code(PIET), sender=sender)
    guess_each(*[recipient_of(message)] * TRIES)
    assert open_message(recipient_of(message, PIET), "", ACCESS) == Attempt()


def test_the_right_code_clears_the_count_of_all(sender: User) -> None:
    rows = [message_to(sender) for _ in range(TRIES - 1)]
    guess_each(*rows)
    open_message(rows[0], "", ACCESS)
    assert (tries_of(rows[1]).failures, CodeTries.objects.count()) == (0, 0)


def test_opening_without_a_wrong_code_leaves_no_count(sender: User) -> None:
    open_message(message_to(sender), "", ACCESS)
    assert not CodeTries.objects.exists()


def test_another_spelling_of_a_code_that_was_wrong_elsewhere_costs_no_try(sender: User) -> None:
    one, two = message_to(sender), message_to(sender)
    tries = open_message(one, "", "merel 12"), open_message(two, "", "Merel-12")
    assert [each.tries_left for each in tries] == [TRIES - 1] * 2


def test_the_sender_sees_the_lock_at_every_message_that_is_locked(sender: User) -> None:
    rows = [locked(sender), message_to(sender), message_to(sender, PIET)]
    pages = ["Too many wrong codes were typed" in sent_page(row) for row in rows]
    assert pages == [True, True, False]


def test_the_recipient_reads_of_the_lock_at_every_message(sender: User) -> None:
    row = message_to(sender)
    locked(sender)
    assert "You can try again from" in Client().get(link(row)).content.decode()


def test_the_recipient_reads_at_every_message_that_only_the_sender_can_help(sender: User) -> None:
    row = message_to(sender)
    locked(sender)
    CodeTries.objects.update(failures=50, locked_until=None)
    answer = Client().post(link(row, "verify/"), {"code": ACCESS})
    assert (answer.status_code, open_message(row, "", ACCESS).problem) == (422, EXHAUSTED)


def test_unlocking_one_message_lets_all_be_tried(sender: User) -> None:
    first, second = locked(sender), message_to(sender)
    unlock(sender, second)
    assert [open_message(row, "", ACCESS) for row in (first, second)] == [Attempt()] * 2


def test_another_code_begins_with_all_tries_and_helps_no_other_message(sender: User) -> None:
    row, left = locked(sender), message_to(sender)
    correct_recipient(sender, row, Correction(OTHER, "the bird"))
    assert open_message(again(row), "", OTHER) == Attempt()
    assert open_message(left, "", ACCESS).problem == LOCKED


def test_the_same_code_typed_again_by_the_sender_begins_with_all_tries(sender: User) -> None:
    row = locked(sender)
    correct_recipient(sender, row, Correction(ACCESS, "the bird"))
    assert open_message(again(row), "", ACCESS) == Attempt()


def test_wrong_codes_by_sms_count_for_their_own_message(sender: User) -> None:
    one, two = (recipient_of(released(person(), sender=sender)) for _ in range(2))
    send_code(one, "browser")
    open_message(one, "browser", wrong(newest_code()))
    assert (again(one).failures, again(two).failures, CodeTries.objects.count()) == (1, 0, 0)


def test_the_counts_hold_no_code(sender: User) -> None:
    one = locked(sender)
    row = CodeTries.objects.get()
    assert (len(row.digest), row.address) == (64, one.address)
    assert not {ACCESS, "wrong"}.intersection(f"{row.digest} {row.wrong_codes}".split())


def test_a_lock_of_before_codes_had_counts_of_their_own_still_holds(sender: User) -> None:
    row, until = message_to(sender), timezone.now() + timedelta(hours=1)
    MessageRecipient.objects.filter(pk=row.pk).update(failures=15, locks=3, locked_until=until)
    assert open_message(again(row), "", ACCESS) == Attempt(LOCKED, until)
    with time_machine.travel(until + timedelta(minutes=1)):
        guess_each(again(row))
        assert tries_of(row).failures == 16


def test_the_senders_page_takes_as_many_queries_for_three_codes_as_for_one(sender: User) -> None:
    few = released(person_with_code(), sender=sender)
    many = released(*[person_with_code(f"p{n}@example.nl") for n in range(3)], sender=sender)
    client = make.signed_in(sender)
    with CaptureQueriesContext(connection) as first:
        client.get(f"/messages/{few.pk}/")
    with CaptureQueriesContext(connection) as second:
        client.get(f"/messages/{many.pk}/")
    assert len(first) == len(second)
