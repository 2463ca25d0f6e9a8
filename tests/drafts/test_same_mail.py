"""What becomes of two mails: those that look alike are one, those that do not are two."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from drafts import actions, states
from drafts.actions.judging import same_mail
from drafts.models import Draft
from drafts.templatetags.life import parts_of
from tests import make
from tests.drafts.letters import changed, incoming, letter, seeded, written
from tests.drafts.life import let_pass

pytestmark = pytest.mark.django_db
SEEDS = range(25)
MOMENT, DAY = timedelta(minutes=1), timedelta(hours=24)


def came_in(sender: User, raw: bytes) -> Draft:
    """Hold and judge a mail as intake read it."""
    draft = actions.hold_mail(incoming(raw, sender.organization_id, sender.pk))
    actions.judge_new(draft.pk)
    return draft


def states_now() -> list[str]:
    """Return the states of all drafts, oldest first."""
    return list(Draft.objects.order_by("pk").values_list("state", flat=True))


def known_sender() -> User:
    """Return somebody whose mails to Jan go out at once."""
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    return sender


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mail_that_is_sent_again_takes_the_place_of_the_held_one(seed: int) -> None:
    random, sender = seeded(seed), make.user()
    mail = letter(random)

    came_in(sender, written(mail, random, block=False))
    came_in(sender, written(mail, random, block=False))

    assert states_now() == [states.SUPERSEDED, states.WAITING]


@pytest.mark.parametrize("seed", SEEDS)
def test_two_mails_that_a_reader_can_tell_apart_both_live(seed: int) -> None:
    random, sender = seeded(seed), make.user()
    mail = letter(random)
    what, other = changed(mail, random)

    came_in(sender, written(mail, random, block=False))
    second = came_in(sender, written(other, random, block=False))

    assert (states_now(), second.problem) == ([states.WAITING] * 2, ""), what


def test_the_header_block_that_was_missing_sends_the_mail_once() -> None:
    random, sender = seeded(1), make.user()
    mail = letter(random)

    came_in(sender, written(mail, random, block=False))
    came_in(sender, written(mail, random, block=True))

    assert states_now() == [states.SUPERSEDED, states.SENT]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_message_id_that_is_used_again_decides_nothing(seed: int) -> None:
    random, sender = seeded(seed), make.user()
    mail = letter(random)
    what, other = changed(mail, random)

    came_in(sender, written(mail, random, block=False, message_id="<1@program.example>"))
    came_in(sender, written(other, random, block=False, message_id="<1@program.example>"))

    assert states_now() == [states.WAITING] * 2, what


def test_a_message_id_that_is_used_again_makes_no_duplicate() -> None:
    sender = known_sender()
    make.draft(sender, message_id="<1@program.example>")

    again = make.draft(sender, message_id="<1@program.example>", text="Your results: all is well.")

    assert (again.state, again.problem) == (states.SENT, "")


@pytest.mark.parametrize(
    ("passed", "state"),
    [
        (MOMENT, states.WAITING),
        (DAY - MOMENT, states.WAITING),
        (DAY + MOMENT, states.SENT),
        (timedelta(days=7), states.SENT),
    ],
)
def test_a_mail_that_recurs_is_asked_about_for_a_day(passed: timedelta, state: str) -> None:
    sender = known_sender()
    make.draft(sender)
    let_pass(passed)

    assert make.draft(sender).state == state


def test_a_recurring_mail_counts_from_the_last_one_that_went_out() -> None:
    sender = known_sender()
    make.draft(sender)
    let_pass(DAY + MOMENT)
    second = make.draft(sender)
    let_pass(DAY - MOMENT)

    assert make.draft(sender).duplicate_of == second


def test_a_mail_counts_from_its_release_and_not_from_when_it_came_in() -> None:
    sender = make.user()
    make.draft(sender)
    let_pass(timedelta(days=5))
    make.contact(sender, phone=make.NUMBER)
    first = Draft.objects.get()
    actions.judge_changes()
    actions.send_draft(first, {}, actor=sender)

    assert make.draft(sender).problem == states.DUPLICATE


def test_a_mail_to_another_recipient_is_no_duplicate() -> None:
    sender = known_sender()
    make.contact(sender, "els@example.nl", phone=make.NUMBER)
    make.draft(sender)

    assert make.draft(sender, "els@example.nl").state == states.SENT


def test_what_was_held_before_an_upgrade_stays_held() -> None:
    old = make.draft(make.user())
    Draft.objects.update(fingerprint="0" * 64)

    make.draft(old.sender)

    assert states_now() == [states.WAITING] * 2


def statements_after(count: int) -> int:
    """Return how many statements it takes to judge a mail that went out so often before."""
    sender = known_sender()
    for _ in range(count):
        make.draft(sender)
        let_pass(DAY + MOMENT)
    draft = actions.hold_mail(make.mail(sender))
    with CaptureQueriesContext(connection) as queries:
        actions.judge_new(draft.pk)
    return len(queries)


def test_a_mail_that_went_out_often_takes_no_more_statements() -> None:
    assert statements_after(4) == statements_after(1)


def test_what_looks_the_same_is_found_in_one_statement() -> None:
    draft = make.draft(known_sender())

    with CaptureQueriesContext(connection) as queries:
        list(same_mail(draft))

    assert len(queries) == 1


@pytest.mark.parametrize(
    ("message_id", "recipient", "count"),
    [
        ("<1@client.example>", "els@example.nl", 1),
        ("<2@client.example>", "els@example.nl", 0),
        ("<1@client.example>", "jan@example.nl", 0),
    ],
)
def test_parts_of_a_mail_have_its_message_id_and_other_recipients(
    message_id: str, recipient: str, count: int
) -> None:
    sender = make.user()
    make.draft(sender, "jan@example.nl", "piet@example.nl", message_id="<1@client.example>")

    part = make.draft(sender, recipient, message_id=message_id)

    assert len(parts_of(part)) == count


def test_another_mail_with_the_message_id_is_no_part() -> None:
    sender = make.user()
    make.draft(sender, message_id="<1@client.example>")

    other = make.draft(sender, "els@example.nl", message_id="<1@client.example>", text="Other.")

    assert parts_of(other) == []
