"""The sender's page of a sent message."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, User
from delivery.actions import follow_notifications, report_wrong_number
from delivery.models import Message, MessageRecipient
from notifications.models import Notification
from tests import make
from tests.delivery.messages import (
    ACCESS,
    SUBJECT,
    TEXT,
    file,
    person,
    person_with_code,
    recipient_of,
    released,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> User:
    """Who sent the message."""
    return make.user()


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def page(message: Message) -> str:
    """Return the page of a message as its sender sees it."""
    return signed_in(message.sender).get(f"/messages/{message.pk}/").content.decode()


def paths(message: Message) -> list[str]:
    """Return all addresses of a message."""
    start = f"/messages/{message.pk}/"
    return [start, f"{start}body/", f"{start}attachments/{message.attachments.get().pk}/"]


def test_the_page_shows_what_was_sent(sender: User) -> None:
    message = released(sender=sender, attachments=(file(b"x"),))
    shown = page(message)
    assert [text for text in (SUBJECT, TEXT, "results.pdf") if text not in shown] == []


def test_who_reads_what_they_sent_is_noted_once_an_hour(sender: User) -> None:
    message = released(sender=sender)
    page(message)
    page(message)
    line = AuditEntry.objects.get(verb="read_message")
    assert (line.actor, line.about) == (sender, str(message))


def test_the_sender_sees_everybody_also_in_bcc(sender: User) -> None:
    shown = page(released(person(), person("els@example.nl", kind="bcc"), sender=sender))
    assert [a for a in ("jan@example.nl", "els@example.nl") if a not in shown] == []


def test_a_number_is_masked_and_an_access_code_is_not_shown(sender: User) -> None:
    shown = page(released(person(), person_with_code("els@example.nl"), sender=sender))
    assert ("•••• 36" in shown, make.NUMBER in shown, ACCESS in shown) == (True, False, False)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "is on its way"),
        ("notified", "has not opened the message yet"),
        ("verified", "Verified"),
        ("read", "Read"),
        ("suspended", "Says that the mobile number is not theirs"),
        ("revoked", "You withdrew the message"),
        ("expired", "Can no longer be read"),
    ],
)
def test_each_recipient_has_their_state_in_words(sender: User, state: str, words: str) -> None:
    message = released(sender=sender)
    MessageRecipient.objects.update(state=state, stopped_at=timezone.now())
    assert words in page(message)


def test_a_mail_that_could_not_be_delivered_shows_why(sender: User) -> None:
    message = released(sender=sender)
    Notification.objects.update(state="failed", error="550 5.1.1", news=True)
    follow_notifications()
    assert "could not be delivered: 550 5.1.1" in page(message)


def test_a_wrong_number_says_what_to_do(sender: User) -> None:
    message = released(sender=sender)
    report_wrong_number(recipient_of(message))
    assert "Ask for the right number" in page(message)


def test_a_lock_is_shown_to_the_sender(sender: User) -> None:
    message = released(sender=sender)
    MessageRecipient.objects.update(locked_until=timezone.now() + timedelta(hours=1))
    assert "Too many wrong codes were typed" in page(message)


def test_the_sender_gets_the_attachment(sender: User) -> None:
    message = released(sender=sender, attachments=(file(b"the bytes"),))
    response = signed_in(sender).get(paths(message)[2])
    assert b"".join(response.streaming_content) == b"the bytes"  # type: ignore[attr-defined]


def test_the_sender_sees_the_html_made_safe(sender: User) -> None:
    message = released(sender=sender, html="<p>hi<script>x</script>", attachments=(file(b"x"),))
    content = signed_in(sender).get(paths(message)[1]).content
    assert (b"<p>hi</p>" in content, b"script" in content) == (True, False)


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("role", [User.Role.SENDER, User.Role.ADMIN])
def test_a_colleague_finds_nothing(sender: User, role: str, number: int) -> None:
    message = released(sender=sender, attachments=(file(b"x"),))
    colleague = make.user(sender.organization, role=role)
    assert signed_in(colleague).get(paths(message)[number]).status_code == 404


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_stranger_finds_nothing(sender: User, number: int) -> None:
    message = released(sender=sender, attachments=(file(b"x"),))
    assert signed_in(make.user()).get(paths(message)[number]).status_code == 404


@pytest.mark.parametrize("number", [0, 1, 2])
def test_nobody_finds_anything_without_signing_in(sender: User, number: int) -> None:
    message = released(sender=sender, attachments=(file(b"x"),))
    response = Client().get(paths(message)[number])
    assert response["Location"].startswith("/account/login/")


def test_a_file_of_another_message_is_not_found(sender: User) -> None:
    mine = released(sender=sender, attachments=(file(b"x"),))
    other = released(attachments=(file(b"x"),))
    address = f"/messages/{mine.pk}/attachments/{other.attachments.get().pk}/"
    assert signed_in(sender).get(address).status_code == 404


def test_the_page_takes_as_many_queries_for_three_recipients_as_for_one(sender: User) -> None:
    client = signed_in(sender)
    few = released(sender=sender)
    many = released(*[person(f"p{number}@example.nl") for number in range(3)], sender=sender)
    with CaptureQueriesContext(connection) as first:
        client.get(f"/messages/{few.pk}/")
    with CaptureQueriesContext(connection) as second:
        client.get(f"/messages/{many.pk}/")
    assert len(first) == len(second)
