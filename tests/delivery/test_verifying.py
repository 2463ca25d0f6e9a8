"""One-time codes, access codes, and what wrong tries lead to."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import AuditEntry
from accounts.policy import ACCESS_CODE
from contacts.models import Contact, Datum
from delivery.actions import Attempt, CodeNotSentError, open_message, send_code
from delivery.actions.verifying import (
    CLOSED,
    DAY_USED,
    EXHAUSTED,
    LOCKED,
    NO_CODE,
    TOO_SOON,
    WRONG,
)
from delivery.models import Challenge, CodeTries, MessageRecipient
from delivery.states import BOUNCED, EXPIRED, NOTIFIED, QUEUED, READ, REVOKED, SUSPENDED, VERIFIED
from tests import make
from tests.delivery.messages import (
    ACCESS,
    again,
    expire,
    newest_code,
    person,
    receiver,
    recipient_of,
    released,
    texts,
    tries_of,
    wrong,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HERE, ELSEWHERE = "this browser", "another browser"


def send(recipient: MessageRecipient, browser: str = HERE) -> str:
    """Have a code sent and return it."""
    send_code(recipient, browser)
    return newest_code()


def fail(recipient: MessageRecipient, times: int) -> Attempt:
    """Type a wrong access code so many times."""
    return [open_message(recipient, "", f"wrong code {number}") for number in range(times)][-1]


def send_after(clock: time_machine.Traveller, jan: MessageRecipient, pauses: list[int]) -> None:
    """Have a code sent after each of these seconds."""
    for pause in pauses:
        clock.shift(pause)
        send(jan)


def fail_rounds(clock: time_machine.Traveller, els: MessageRecipient, rounds: int) -> None:
    """Type wrong codes until it locks, and wait a day, so many times."""
    for _ in range(rounds):
        fail(els, 5)
        clock.shift(86401)


def refused(recipient: MessageRecipient, browser: str = HERE) -> tuple[str, datetime | None]:
    """Return why a code is not sent, and until when."""
    with pytest.raises(CodeNotSentError) as caught:
        send_code(recipient, browser)
    return caught.value.reason, caught.value.until


# --- codes by SMS ---


def test_the_right_code_opens_the_message() -> None:
    jan = receiver()
    assert open_message(jan, HERE, send(jan)) == Attempt()


def test_opening_is_noted() -> None:
    jan = receiver()
    open_message(jan, HERE, send(jan))
    row = again(jan)
    assert (row.state, row.verified_at is not None, row.read_at is not None) == (READ, True, True)


@pytest.mark.parametrize("state", [QUEUED, NOTIFIED, VERIFIED, READ, BOUNCED])
def test_whoever_may_open_a_message_ends_as_reader(state: str) -> None:
    jan = receiver()
    MessageRecipient.objects.update(state=state)
    open_message(jan, HERE, send(jan))
    assert again(jan).state == READ


@pytest.mark.parametrize("state", [SUSPENDED, REVOKED, EXPIRED])
def test_a_closed_way_opens_nothing(state: str) -> None:
    jan = receiver()
    code = send(jan)
    MessageRecipient.objects.update(state=state)
    assert open_message(jan, HERE, code) == Attempt(CLOSED)


@pytest.mark.parametrize("state", [SUSPENDED, REVOKED, EXPIRED])
def test_no_code_is_sent_on_a_closed_way(state: str) -> None:
    jan = receiver()
    MessageRecipient.objects.update(state=state)
    assert (refused(jan), texts()) == ((CLOSED, None), [])


def test_a_message_past_its_end_opens_no_more() -> None:
    jan = receiver()
    code = send(jan)
    expire(jan.message)
    assert open_message(again(jan), HERE, code) == Attempt(CLOSED)


def test_a_code_works_once() -> None:
    jan = receiver()
    code = send(jan)
    open_message(jan, HERE, code)
    assert open_message(jan, HERE, code) == Attempt(NO_CODE)


@pytest.mark.parametrize(("minutes", "problem"), [(9.9, ""), (10.1, NO_CODE)])
def test_a_code_works_for_ten_minutes(minutes: float, problem: str) -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False):
        code = send(jan)
    with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
        assert open_message(jan, HERE, code).problem == problem


def test_a_code_works_only_in_the_browser_that_asked_for_it() -> None:
    jan = receiver()
    code = send(jan)
    assert open_message(jan, ELSEWHERE, code) == Attempt(NO_CODE)


def test_a_code_works_only_for_the_message_that_it_was_sent_for() -> None:
    sender = make.user()
    one, other = (recipient_of(released(sender=sender)) for _ in range(2))
    code = send(one)
    send(other)
    Challenge.objects.filter(recipient=other).update(
        code_digest=Challenge.objects.get(recipient=one).code_digest
    )
    assert open_message(other, HERE, code).problem == WRONG


def test_a_code_that_another_browser_asks_for_ends_the_first() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        first = send(jan)
        clock.shift(31)
        send(jan, ELSEWHERE)
        assert open_message(jan, HERE, first) == Attempt(NO_CODE)


def test_without_a_browser_name_no_code_is_found() -> None:
    jan = receiver()
    assert open_message(jan, "", send(jan)) == Attempt(NO_CODE)


def test_a_code_is_not_readable_in_its_row() -> None:
    jan = receiver()
    code = send(jan)
    row = Challenge.objects.get()
    assert (code.encode() in bytes(row.code), code in row.code_digest) == (False, False)


def test_a_used_code_is_emptied() -> None:
    jan = receiver()
    open_message(jan, HERE, send(jan))
    assert bytes(Challenge.objects.get().code) == b""


# --- sending again ---


def test_the_same_code_is_sent_again_while_it_works() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        first = send(jan)
        clock.shift(31)
        assert send(jan) == first


def test_after_ten_minutes_a_new_code_is_sent() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        send(jan)
        clock.shift(601)
        send(jan)
    assert Challenge.objects.count() == 2


@pytest.mark.parametrize(
    ("pauses", "wait"), [([], 30), ([30], 60), ([30, 60], 300), ([30, 60, 300], 300)]
)
def test_each_sending_has_a_longer_wait(pauses: list[int], wait: int) -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        send(jan)
        send_after(clock, jan, pauses)
        clock.shift(wait - 1)
        assert refused(jan) == (TOO_SOON, NOON + timedelta(seconds=sum(pauses) + wait))


def test_another_browser_has_to_wait_as_well() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        send(jan)
        clock.shift(29)
        assert refused(jan, ELSEWHERE)[0] == TOO_SOON


def test_five_codes_a_day_are_sent() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        send_after(clock, jan, [301] * 5)
        clock.shift(301)
        assert (refused(jan)[0], len(texts())) == (DAY_USED, 5)


def test_the_next_day_codes_are_sent_again() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        send_after(clock, jan, [301] * 5)
        clock.shift(301)
        clock.move_to(refused(jan)[1] or NOON)
        send(jan)
    assert len(texts()) == 6


def test_a_code_goes_to_the_number_that_was_chosen_at_the_release() -> None:
    sender = make.user()
    contact = make.contact(sender, phone=make.NUMBER)
    jan = recipient_of(released(person(datum_id=contact.data.get().pk), sender=sender))
    contact.data.all().delete()
    send_code(jan, HERE)
    assert len(texts()) == 1


def test_no_code_is_sent_to_who_has_an_access_code() -> None:
    assert refused(receiver(method=ACCESS_CODE)) == (CLOSED, None)


# --- wrong tries ---


def test_a_wrong_code_is_counted() -> None:
    jan = receiver()
    code = send(jan)
    assert open_message(jan, HERE, wrong(code)) == Attempt(WRONG, tries_left=4)


def test_five_wrong_codes_lock_even_for_the_right_one() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False):
        code = send(jan)
        _ = [open_message(jan, HERE, wrong(code)) for _ in range(5)]
        assert open_message(jan, HERE, code) == Attempt(LOCKED, NOON + timedelta(minutes=15))


def test_while_locked_no_code_is_sent() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        code = send(jan)
        _ = [open_message(jan, HERE, wrong(code)) for _ in range(5)]
        clock.shift(60)
        assert refused(jan) == (LOCKED, NOON + timedelta(minutes=15))


def test_another_browser_has_no_tries_of_its_own() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        code = send(jan)
        _ = [open_message(jan, HERE, wrong(code)) for _ in range(3)]
        clock.shift(31)
        other = send(jan, ELSEWHERE)
        _ = [open_message(jan, ELSEWHERE, wrong(other)) for _ in range(2)]
        assert open_message(jan, ELSEWHERE, other).problem == LOCKED


def test_a_new_code_does_not_bring_new_tries() -> None:
    jan = receiver()
    with time_machine.travel(NOON, tick=False) as clock:
        code = send(jan)
        _ = [open_message(jan, HERE, wrong(code)) for _ in range(4)]
        clock.shift(601)
        code = send(jan)
        assert open_message(jan, HERE, wrong(code)).problem == LOCKED


@pytest.mark.parametrize(("rounds", "hours"), [(1, 0.25), (2, 1), (3, 24), (4, 24)])
def test_locks_grow(rounds: int, hours: float) -> None:
    els = receiver(method=ACCESS_CODE)
    with time_machine.travel(NOON, tick=False) as clock:
        fail_rounds(clock, els, rounds - 1)
        at = NOON + timedelta(seconds=86401 * (rounds - 1))
        assert fail(els, 5) == Attempt(LOCKED, at + timedelta(hours=hours))


def test_tries_while_locked_do_not_count() -> None:
    els = receiver(method=ACCESS_CODE)
    fail(els, 25)
    assert tries_of(els).failures == 5


def test_after_fifty_wrong_access_codes_in_a_row_only_the_sender_can_help() -> None:
    els = receiver(method=ACCESS_CODE)
    fail(els, 1)
    CodeTries.objects.update(failures=49)
    open_message(els, "", "another wrong code")
    CodeTries.objects.update(locked_until=None)
    assert open_message(els, "", ACCESS) == Attempt(EXHAUSTED)


def test_the_right_code_clears_the_count() -> None:
    els = receiver(method=ACCESS_CODE)
    fail(els, 4)
    open_message(els, "", ACCESS)
    assert (tries_of(els).failures, CodeTries.objects.count()) == (0, 0)


def test_wrong_codes_destroy_nothing() -> None:
    els = receiver(method=ACCESS_CODE)
    with time_machine.travel(NOON, tick=False) as clock:
        fail(els, 5)
        clock.shift(901)
        assert open_message(els, "", ACCESS) == Attempt()


# --- access codes ---


@pytest.mark.parametrize("typed", [ACCESS, "Kwikstaart 71", " KWIKSTAART71 "])
def test_an_access_code_is_compared_as_people_say_it(typed: str) -> None:
    assert open_message(receiver(method=ACCESS_CODE), "", typed) == Attempt()


@pytest.mark.parametrize("typed", ["", "-", "kwikstaart-72", "the bird", "\udcff"])
def test_another_access_code_opens_nothing(typed: str) -> None:
    assert open_message(receiver(method=ACCESS_CODE), "", typed).problem == WRONG


# --- what a right code proves ---


def test_the_datum_that_was_used_is_proven() -> None:
    sender = make.user()
    datum = make.contact(sender, phone=make.NUMBER).data.get()
    jan = recipient_of(released(person(datum_id=datum.pk), sender=sender))
    open_message(jan, HERE, send(jan))
    assert Datum.objects.get(pk=datum.pk).confirmed_at is not None


@pytest.mark.parametrize(
    ("source", "learned"),
    [("draft", 1), ("header", 1), ("personal", 1), ("organization", 0)],
)
def test_a_proven_number_is_given_to_the_colleagues(source: str, learned: int) -> None:
    jan = receiver(source=source)
    open_message(jan, HERE, send(jan))
    assert Contact.objects.filter(owner=None, address=jan.address).count() == learned


def test_nothing_is_proven_by_a_wrong_code() -> None:
    jan = receiver(source="draft")
    open_message(jan, HERE, wrong(send(jan)))
    assert Contact.objects.count() == 0


def test_every_step_has_its_audit_line() -> None:
    jan = receiver()
    code = send(jan)
    open_message(jan, HERE, wrong(code))
    open_message(jan, HERE, code)
    lines = AuditEntry.objects.filter(about=str(jan.message)).order_by("pk")
    assert [line.verb for line in lines] == [
        "send_message",
        "send_code",
        "wrong_code",
        "open_message",
    ]
