"""Many tries at the same moment count as many tries."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.policy import ACCESS_CODE
from delivery.actions import Attempt, CodeNotSentError, open_message, send_code
from delivery.actions.verifying import LOCKED, NO_CODE, WRONG
from tests.delivery.messages import ACCESS, again, newest_code, receiver, texts

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
    assert (outcomes.count(WRONG), outcomes.count(LOCKED), again(els).failures) == (
        4,
        TRIES - 4,
        5,
    )


def test_the_right_code_among_parallel_wrong_ones_opens_nothing_after_the_lock() -> None:
    els = receiver(method=ACCESS_CODE)
    at_once(lambda number: outcome(open_message(els, "", f"wrong {number}")))
    assert outcome(open_message(els, "", ACCESS)) == LOCKED


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
