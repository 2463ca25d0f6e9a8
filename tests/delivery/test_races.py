"""Many tries at the same moment count as many tries."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE
from delivery.actions import Attempt, CodeNotSentError, open_message, send_code
from delivery.actions.verifying import LOCKED, NO_CODE, WRONG
from delivery.models import MessageRecipient
from tests import make
from tests.delivery.messages import (
    ACCESS,
    newest_code,
    person_with_code,
    receiver,
    recipient_of,
    released,
    texts,
    tries_of,
)

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

THREADS, TRIES = 8, 40


def at_once(act: Callable[[int], str]) -> list[str]:
    """Do something many times from several threads; return the outcomes."""

    def once(number: int) -> str:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(once, range(TRIES)))


def outcome(attempt: Attempt) -> str:
    """Return what came of a try."""
    return attempt.problem or "open"


def test_parallel_tries_use_no_more_than_five() -> None:
    els = receiver(method=ACCESS_CODE)
    outcomes = at_once(lambda number: outcome(open_message(els, "", f"wrong {number}")))
    assert (outcomes.count(WRONG), outcomes.count(LOCKED), tries_of(els).failures) == (
        4,
        TRIES - 4,
        5,
    )


def test_the_right_code_among_parallel_wrong_ones_opens_nothing_after_the_lock() -> None:
    els = receiver(method=ACCESS_CODE)
    at_once(lambda number: outcome(open_message(els, "", f"wrong {number}")))
    assert outcome(open_message(els, "", ACCESS)) == LOCKED


def messages_with_one_code(many: int) -> list[MessageRecipient]:
    """Store so many messages to one person, who opens all of them by the same code."""
    sender = make.user()
    return [recipient_of(released(person_with_code(), sender=sender)) for _ in range(many)]


def test_parallel_tries_over_many_messages_use_no_more_than_five() -> None:
    rows = messages_with_one_code(THREADS)
    outcomes = at_once(lambda n: outcome(open_message(rows[n % THREADS], "", f"wrong {n}")))
    assert (outcomes.count(WRONG), outcomes.count(LOCKED)) == (4, TRIES - 4)
    assert AuditEntry.objects.filter(verb="wrong_code").count() == tries_of(rows[0]).failures == 5


def test_the_right_code_among_parallel_tries_over_many_messages_lets_nobody_guess_more() -> None:
    rows = messages_with_one_code(THREADS)
    typed = [*(f"wrong {number}" for number in range(9)), ACCESS] * 4
    outcomes = at_once(lambda n: outcome(open_message(rows[n % THREADS], "", typed[n])))
    most = (outcomes.count("open") + 1) * 5
    assert len(outcomes) - outcomes.count("open") - outcomes.count(LOCKED) < most
    assert set(outcomes) <= {"open", WRONG, LOCKED}


def test_a_code_that_is_typed_twice_at_once_works_once() -> None:
    jan = receiver()
    send_code(jan, "browser")
    code = newest_code()
    outcomes = at_once(lambda _: outcome(open_message(jan, "browser", code)))
    assert (outcomes.count("open"), outcomes.count(NO_CODE)) == (1, TRIES - 1)


def test_send_code_pressed_many_times_at_once_sends_one_sms() -> None:
    jan = receiver()

    def press(number: int) -> str:
        try:
            send_code(jan, f"browser {number}")
        except CodeNotSentError as refusal:
            return refusal.reason
        return "sent"

    assert (at_once(press).count("sent"), len(texts())) == (1, 1)
