"""Access codes as recipients type them, on phones that put in other quotes and dashes."""

import pytest

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE
from delivery.actions import Attempt, Correction, correct_recipient, open_message, unlock
from delivery.actions.verifying import EXHAUSTED, LOCKED, WRONG
from delivery.codes import MAX_FAILURES, TRIES
from delivery.content import Secret
from delivery.models import CodeTries, MessageRecipient
from tests.delivery.messages import again, receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def jan() -> MessageRecipient:
    """A recipient who opens by an access code."""
    return receiver(method=ACCESS_CODE)


def agreed(jan: MessageRecipient, code: str) -> MessageRecipient:
    """Give the recipient this access code, stored as it was typed."""
    jan.seal_secret(Secret(code, "a hint"))
    jan.save(update_fields=["secret"])
    return again(jan)


def tried(jan: MessageRecipient, *codes: str) -> list[Attempt]:
    """Type these codes one after the other."""
    return [open_message(again(jan), "", code) for code in codes]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("\u200bLindehof-6620\u2060", "Lindehof-6620"),
        ("Lindehof-6620", "\ufeffLinde\xadhof\u20116620"),
        ('l\'Eau\u201334 "bis"', "l\u2019eau\u221234\u00a0\u201cbis\u201d"),
        ("l\u00b4eau 34 vert", "l'eau 34 vert"),
    ],
)
def test_a_code_opens_whatever_the_phone_makes_of_it(
    jan: MessageRecipient, stored: str, typed: str
) -> None:
    assert open_message(agreed(jan, stored), "", typed) == Attempt()


def test_another_spelling_of_a_wrong_code_costs_no_try(jan: MessageRecipient) -> None:
    tries = tried(jan, "l'eau-71", "l\u2019eau\u201371", "L\u00b4EAU 71", "\u200bl`eau\u221271")
    assert {(each.problem, each.tries_left) for each in tries} == {(WRONG, TRIES - 1)}
    assert AuditEntry.objects.filter(verb="wrong_code").count() == 1


def test_the_first_of_several_wrong_codes_costs_no_second_try(jan: MessageRecipient) -> None:
    tries = tried(jan, "merel een", "merel twee", "merel-een", "merel drie")
    assert [each.tries_left for each in tries] == [4, 3, 3, 2]


def test_the_very_same_wrong_code_again_is_a_try(jan: MessageRecipient) -> None:
    assert [each.problem for each in tried(jan, *["merel"] * TRIES)] == [WRONG] * 4 + [LOCKED]


def test_another_wrong_code_still_costs_a_try_and_locks(jan: MessageRecipient) -> None:
    tries = tried(jan, *(f"merel {number}" for number in range(TRIES)), "merel 0")
    assert [each.problem for each in tries] == [WRONG] * 4 + [LOCKED] * 2


def test_a_code_that_was_wrong_opens_once_it_is_the_right_one(jan: MessageRecipient) -> None:
    tried(jan, "merel en spreeuw")
    correct_recipient(jan.message.sender, again(jan), Correction("merel en spreeuw", "birds"))
    assert tried(jan, "merel en spreeuw") == [Attempt()]


def test_wrong_codes_are_forgotten_with_the_tries(jan: MessageRecipient) -> None:
    tried(jan, *(f"merel {number}" for number in range(TRIES)))
    unlock(jan.message.sender, again(jan))
    assert not CodeTries.objects.exists()
    assert tried(jan, "merel 0")[0].tries_left == TRIES - 1


def test_no_wrong_code_can_be_read_in_the_database(jan: MessageRecipient) -> None:
    tried(jan, "merel 12")
    kept = CodeTries.objects.get().wrong_codes
    assert (len(kept), "merel" in kept) == (32, False)


def test_trying_still_ends_for_good(jan: MessageRecipient) -> None:
    most = MAX_FAILURES[ACCESS_CODE]
    tried(jan, "merel 0")
    CodeTries.objects.update(failures=most - 1)
    assert [each.problem for each in tried(jan, "merel 1", "merel 1")] == [EXHAUSTED] * 2
