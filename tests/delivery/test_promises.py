"""What recipients are promised: Bcc stays private, an SMS service may fail, no input breaks it."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.policy import ACCESS_CODE
from delivery.actions import follow_notifications, send_code
from delivery.models import Message, MessageRecipient
from notifications import states
from notifications.access import PAYLOAD
from notifications.actions import note_report, send_due
from notifications.letters import unpack_mail
from notifications.models import Notification
from notifications.render import BOUNCE
from tests.delivery.messages import (
    again,
    file,
    link,
    newest_code,
    open_in,
    person,
    receiver,
    recipient_of,
    released,
)
from tests.notifications.sinks import Gateway, running_gateway
from vault.tokens import link_token

pytestmark = pytest.mark.django_db

HERE = "this browser"
HIDDEN = ("chef@example.nl", "boss@example.nl", "Chef Verborgen", "Boss Hidden")


def with_two_in_bcc() -> Message:
    """Store a message to two visible recipients and two in Bcc."""
    people = (
        person("jan@example.nl"),
        person("els@example.nl", kind="cc", name="Els"),
        person("chef@example.nl", kind="bcc", name="Chef Verborgen"),
        person("boss@example.nl", kind="bcc", name="Boss Hidden"),
    )
    return released(*people, attachments=(file(b"a", "a.pdf"), file(b"b", "b.pdf")))


def answered(message: Message, address: str, reader: str) -> Client:
    """Have a recipient open the message and answer it."""
    client, recipient = Client(), recipient_of(message, address)
    open_in(client, recipient)
    client.post(link(recipient, "reply/"), {"text": "Thank you.", "reader": reader})
    return client


def seen_by(message: Message, address: str) -> str:
    """Return every page that a recipient can see, as one text."""
    client, recipient = Client(), recipient_of(message, address)
    pages = [client.get(link(recipient)).content]
    open_in(client, recipient)
    pages += [client.get(link(recipient, rest)).content for rest in ("", "print/", "body/")]
    return b"".join(pages).decode()


def mailed_to(address: str) -> str:
    """Return every mail to an address with its headers, as one text."""
    rows = Notification.objects.filter(channel="mail")
    wires = [unpack_mail(row.unseal(PAYLOAD, bytes(row.payload))) for row in rows]
    mails = [message_from_bytes(wire.raw, policy=default) for wire in wires if wire.to == address]
    parts = [str(part.get_payload(decode=True)) for mail in mails for part in mail.iter_parts()]
    return "".join([*map(str, mails), *parts])


def hidden_in(text: str, but: str = "nobody") -> list[str]:
    """Return which names and addresses of people in Bcc stand in a text, one person's apart."""
    return [name for name in HIDDEN if name in text and but not in name.lower()]


def test_two_people_in_bcc_are_seen_by_nobody() -> None:
    message = with_two_in_bcc()
    answered(message, "chef@example.nl", "sender")
    answered(message, "jan@example.nl", "all")
    answered(message, "boss@example.nl", "all")
    visible = [seen_by(message, at) + mailed_to(at) for at in ("jan@example.nl", "els@example.nl")]
    assert [hidden_in(text) for text in visible] == [[], []]


def test_two_people_in_bcc_do_not_see_each_other() -> None:
    message = with_two_in_bcc()
    answered(message, "chef@example.nl", "sender")
    text = seen_by(message, "boss@example.nl") + mailed_to("boss@example.nl")
    assert hidden_in(text, but="boss") == []


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    """An SMS service that is down: it answers 503 until told otherwise."""
    with running_gateway() as running:
        settings.SMS_URLS, settings.MAIL_RELAY = [running.url], None
        running.statuses = [503] * 50
        yield running


def shown(client: Client, jan: MessageRecipient) -> str:
    """Return the page of a recipient."""
    return client.get(link(jan)).content.decode()


def due_now() -> None:
    """Have everything that waits be tried."""
    Notification.objects.filter(state=states.QUEUED).update(next_at=timezone.now())
    send_due()


def test_a_recipient_reads_that_the_sms_service_is_down(client: Client, gateway: Gateway) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    due_now()
    page, part = shown(client, jan), client.get(link(jan, "sms/")).content.decode()
    assert ("does not answer" in page, "does not answer" in part) == (True, True)
    assert f"mailto:{jan.message.sender.email}" in part


def test_the_code_goes_out_when_the_service_is_back_in_time(
    client: Client, gateway: Gateway
) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    due_now()
    gateway.statuses = []
    due_now()
    assert ("does not answer" in shown(client, jan), len(gateway.posts)) == (False, 2)


def test_the_code_goes_out_no_more_when_it_is_over(gateway: Gateway) -> None:
    jan = receiver()
    send_code(jan, HERE)
    due_now()
    gateway.statuses, before = [], len(gateway.posts)
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        due_now()
    assert len(gateway.posts) == before


def test_the_sender_is_told_of_an_sms_that_never_came(gateway: Gateway) -> None:
    jan = receiver()
    send_code(jan, HERE)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        due_now()
    follow_notifications()
    follow_notifications()
    told = Notification.objects.get(kind="recipient_stuck")
    assert told.about == str(jan)


def test_the_sender_and_the_recipient_are_told_of_a_number_without_reach(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    send_due()
    row = Notification.objects.get(kind="code")
    note_report(link_token(BOUNCE, row.uid), states.RETURNED, "unreachable")
    follow_notifications()
    assert Notification.objects.filter(kind="recipient_stuck").count() == 1
    assert "could not be delivered" in shown(client, jan)


@pytest.mark.parametrize(
    "typed",
    ["", " ", "12345", "1234567", "abcdef", "१२३४५", "0x1234", "-12345", "1" * 300, "<b>", "\x00"],
)
def test_what_is_no_code_costs_no_try(client: Client, typed: str) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    response = client.post(link(jan, "verify/"), {"code": typed})
    assert (response.status_code, again(jan).failures) == (422, 0)


@pytest.mark.parametrize("form", ["{0} ", "{0:.3} {0[3]}{0[4]}{0[5]}", " \u00a0{0}\u200b"])
def test_a_code_may_be_typed_with_spaces(client: Client, form: str) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    client.post(link(jan, "verify/"), {"code": form.format(newest_code())})
    assert again(jan).state == "read"


def test_a_code_in_full_width_digits_opens_the_message(client: Client) -> None:
    jan = receiver()
    client.post(link(jan, "code/"))
    wide = newest_code().translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    client.post(link(jan, "verify/"), {"code": wide})
    assert again(jan).state == "read"


@pytest.mark.parametrize("method", ["sms", ACCESS_CODE])
def test_a_code_of_ten_megabytes_is_refused_at_the_door(client: Client, method: str) -> None:
    jan = receiver(method=method)
    response = client.post(link(jan, "verify/"), {"code": "7" * 10_000_000})
    assert (response.status_code, again(jan).failures) == (413, 0)
