"""Counts that must hold: they do after everything that the tests can make, and each can fail."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from accounts import audit
from delivery import states as delivery_states
from delivery.models import Message, MessageRecipient, Reply
from drafts import states
from drafts.models import Draft, Recipient
from drafts.tasks import expire_due
from intake.models import RawMail
from notifications import states as notification_states
from notifications.models import Notification
from tests import make
from tests.attacks.scene import make_scene
from tests.delivery.messages import receiver
from vault.actions import store_blob
from zivweb.invariants import INVARIANTS, check

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2012, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_demo(settings: Settings) -> None:
    settings.DEMO = False


def sent() -> Draft:
    """Store a mail that went out by itself, all of its recipients being known."""
    sender = make.user()
    make.contact(sender, phone=make.NUMBER)
    return make.draft(sender)


def held(**fields: object) -> None:
    draft = make.draft(make.user())
    Draft.objects.filter(pk=draft.pk).update(**fields)


def lose_a_recipient() -> None:
    MessageRecipient.objects.filter(message=sent().message).delete()


def release_twice() -> None:
    draft = sent()
    audit.record("release", str(draft), organization_id=draft.organization_id)


def complete_without_telling() -> None:
    held()
    Recipient.objects.update(reason="")


def end_message(state: str = delivery_states.EXPIRED, data_key: bytes = b"") -> None:
    message = receiver().message
    MessageRecipient.objects.update(state=state)
    ended = Message.objects.filter(pk=message.pk)
    ended.update(ended_at=timezone.now(), data_key=data_key, content=b"")


def answer_after_the_end() -> None:
    jan = receiver()
    reply = Reply(message=jan.message, recipient=jan)
    reply.content = reply.seal("content", b"{}")
    reply.save()
    MessageRecipient.objects.update(state=delivery_states.EXPIRED)
    Message.objects.update(ended_at=timezone.now(), data_key=b"", content=b"")


def notify(**fields: object) -> None:
    held()
    Notification.objects.update(**fields)


def forget_a_mail() -> None:
    make.raw_mail(make.user(), b"Subject: x")
    RawMail.objects.update(received_at=LONG_AGO)


BREAKING: dict[str, Callable[[], object]] = {
    "a mail that was sent has a message for each of its recipients": lose_a_recipient,
    "a mail is released once": release_twice,
    "a mail that was sent, or ended, keeps nothing that can be opened": lambda: held(
        state=states.EXPIRED
    ),
    "a mail that waits lacks something": complete_without_telling,
    "a mail that is ready lacks nothing": lambda: held(state=states.READY),
    "a mail that is held comes to an end": lambda: held(expires_at=None),
    "a mail that is being sent has its time": lambda: held(state=states.SENDING),
    "every recipient who waits for a mail has one in the outbox": lambda: (
        receiver() and MessageRecipient.objects.update(notification=None)
    ),
    "nobody can open a message that has ended": lambda: end_message(state=delivery_states.READ),
    "a message that has ended keeps nothing that can be opened": lambda: end_message(data_key=b"x"),
    "an answer to a message that has ended keeps nothing that can be opened": answer_after_the_end,
    "what was sent, or failed, keeps nothing that can be opened": lambda: notify(
        state=notification_states.SENT
    ),
    "nothing is being sent for an hour": lambda: notify(
        state=notification_states.SENDING, lease_until=LONG_AGO
    ),
    "a mail that was taken in is read within an hour": forget_a_mail,
    "every file belongs to something": lambda: store_blob(b"of nobody"),
}


def test_they_hold_for_an_organization_with_something_of_everything() -> None:
    make_scene()
    sent()
    held(expires_at=timezone.now())
    expire_due()

    assert check() == []


def test_every_one_of_them_is_tried() -> None:
    assert set(BREAKING) == set(INVARIANTS)


@pytest.mark.parametrize("words", sorted(INVARIANTS))
def test_what_breaks_one_is_found(words: str) -> None:
    BREAKING[words]()

    assert [each.words for each in check()] == [words]


def test_the_command_says_that_they_hold() -> None:
    call_command("check_invariants", stdout=(shown := StringIO()))

    assert shown.getvalue() == f"{len(INVARIANTS)} invariants hold\n"


def test_the_command_fails_and_names_the_rows() -> None:
    store_blob(b"of nobody")

    with pytest.raises(CommandError):
        call_command("check_invariants", stderr=(shown := StringIO()))
    assert "every file belongs to something (1 rows: " in shown.getvalue()
