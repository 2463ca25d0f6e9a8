"""Several people and workers at one draft at the same instant."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.policy import Policy
from delivery.models import Message, MessageRecipient
from drafts import access, actions, states
from drafts.incoming import Choice
from drafts.models import Draft
from drafts.tasks import detect_missing, judge_changed, release_due, tell_due
from notifications.models import Notification
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.races]

SMS = Choice("sms", make.NUMBER)
ROUNDS = 5


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    """Run the calls in threads that start together; count what came of them."""
    gate, outcomes = threading.Barrier(len(calls)), Counter[str]()

    def run(call: Callable[[], object]) -> None:
        gate.wait()
        try:
            call()
            outcomes["done"] += 1
        except Exception as error:  # noqa: BLE001  the kind of failure is what is tested
            outcomes[type(error).__name__] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    _ = [thread.start() for thread in threads]  # type: ignore[func-returns-value]
    _ = [thread.join() for thread in threads]  # type: ignore[func-returns-value]
    return outcomes


def to_send_now(draft: Draft) -> None:
    """Press Send, and let the time to undo pass."""
    choices = dict.fromkeys(draft.recipients.values_list("pk", flat=True), SMS)
    actions.send_draft(draft, choices, actor=draft.sender)
    Draft.objects.filter(pk=draft.pk).update(send_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_people_who_complete_two_recipients_leave_a_ready_draft(round_number: int) -> None:
    draft = make.draft(make.user(), "jan@example.nl", "els@example.nl")
    jan, els = draft.recipients.order_by("position")

    at_once(
        lambda: actions.complete_recipients(draft, {jan.pk: SMS}, actor=draft.sender),
        lambda: actions.complete_recipients(draft, {els.pk: SMS}, actor=draft.sender),
    )

    assert Draft.objects.get().state == states.READY


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_numbers_for_one_recipient_are_never_mixed(round_number: int) -> None:
    draft = make.draft(make.user())
    (jan,) = draft.recipients.all()
    other = Choice("access_code", "wilgenlaan 83", "street")

    at_once(
        lambda: actions.complete_recipients(draft, {jan.pk: SMS}, actor=draft.sender),
        lambda: actions.complete_recipients(draft, {jan.pk: other}, actor=draft.sender),
    )

    jan.refresh_from_db()
    kept = access.typed_choice(Draft.objects.get(), jan)
    assert kept in {SMS, other}
    assert kept is not None
    assert (jan.method, jan.reason) == (kept.method, "")


def test_ten_clicks_on_send_send_once() -> None:
    draft = make.draft(make.user())
    (jan,) = draft.recipients.all()

    outcomes = at_once(*[lambda: actions.send_draft(draft, {jan.pk: SMS}, actor=draft.sender)] * 10)

    assert outcomes == {"done": 1, "Unfinished": 9}


def test_ten_workers_release_once() -> None:
    draft = make.draft(make.user(), "jan@example.nl", "els@example.nl")
    to_send_now(draft)

    outcomes = at_once(*[release_due] * 5, *[actions.release_due] * 5)

    assert outcomes == {"done": 10}
    assert (Message.objects.count(), MessageRecipient.objects.count()) == (1, 2)


def test_ten_workers_judge_a_new_draft_once_and_tell_of_it_once() -> None:
    actions.hold_mail(make.mail(make.user()))

    at_once(*[detect_missing] * 10)
    Draft.objects.update(tell_at=timezone.now())
    at_once(*[tell_due] * 10)

    assert Notification.objects.count() == 1


def test_a_task_that_comes_again_later_does_nothing() -> None:
    draft = make.draft(make.user())
    to_send_now(draft)
    release_due()

    _ = [task() for task in (detect_missing, judge_changed, release_due)]

    assert Message.objects.count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_sending_against_discarding_has_one_outcome(round_number: int) -> None:
    draft = make.draft(make.user())
    (jan,) = draft.recipients.all()

    outcomes = at_once(
        lambda: actions.send_draft(draft, {jan.pk: SMS}, actor=draft.sender),
        lambda: actions.discard_draft(draft, actor=draft.sender),
    )

    assert outcomes == {"done": 1, "Unfinished": 1}


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_undo_against_release_has_one_outcome(round_number: int) -> None:
    draft = make.draft(make.user())
    to_send_now(draft)

    at_once(release_due, lambda: actions.undo_send(draft, actor=draft.sender))

    assert (Draft.objects.get().state, Message.objects.count()) == (states.SENT, 1)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_contact_saved_while_the_draft_is_judged_is_never_missed(round_number: int) -> None:
    sender = make.user()
    held = actions.hold_mail(make.mail(sender))

    at_once(
        lambda: actions.judge_new(held.pk),
        lambda: make.contact(sender, phone=make.NUMBER),
    )
    judge_changed()

    assert Draft.objects.get().state in {states.READY, states.SENT}


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_completing_by_a_contact_against_sending_releases_once(round_number: int) -> None:
    draft = make.draft(make.user())
    (jan,) = draft.recipients.all()
    make.contact(draft.sender, phone=make.NUMBER)

    at_once(
        judge_changed,
        lambda: actions.send_draft(draft, {jan.pk: SMS}, actor=draft.sender),
    )

    assert Draft.objects.get().state == states.SENDING


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_copies_of_a_mail_at_once_supersede_or_wait(round_number: int) -> None:
    sender = make.user()
    first, second = (actions.hold_mail(make.mail(sender)) for _ in range(2))

    at_once(lambda: actions.judge_new(first.pk), lambda: actions.judge_new(second.pk))

    held = sorted(Draft.objects.values_list("state", flat=True))
    assert held == [states.SUPERSEDED, states.WAITING]


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_copies_to_known_recipients_are_delivered_once(round_number: int) -> None:
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    first, second = (actions.hold_mail(make.mail(sender)) for _ in range(2))

    at_once(lambda: actions.judge_new(first.pk), lambda: actions.judge_new(second.pk))

    assert MessageRecipient.objects.count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_workers_who_follow_a_change_send_every_draft_once(round_number: int) -> None:
    sender = make.user(make.organization(policy=Policy(send_when_complete=True)))
    _ = [make.draft(sender, text=str(number)) for number in range(8)]
    make.contact(sender, phone=make.NUMBER)

    outcomes = at_once(*[judge_changed] * 4)

    assert outcomes == {"done": 4}
    assert Counter(Draft.objects.values_list("state", flat=True)) == {states.SENT: 8}
    assert MessageRecipient.objects.count() == 8
