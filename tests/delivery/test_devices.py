"""Browsers that a recipient trusts."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Organization
from accounts.policy import Policy
from addresses.agents import device_name
from delivery.actions import correct_recipient, revoke
from delivery.actions.numbers import Correction
from delivery.devices import cookie_with, tokens_in
from delivery.models import Device, MessageRecipient
from delivery.views.guests import DEVICE_COOKIE
from notifications.models import Notification
from tests import make
from tests.delivery.messages import again, link, newest_code, person, recipient_of, released

pytestmark = pytest.mark.django_db

AGENT = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def message_of(sender: object = None, address: str = "jan@example.nl") -> MessageRecipient:
    """Store a message of an organization that allows trusted devices."""
    message = released(person(address), sender=sender)  # type: ignore[arg-type]
    policy = Policy(trusted_devices=True).to_json()
    Organization.objects.filter(pk=message.organization_id).update(policy_data=policy)
    return recipient_of(message, address)


def trusting(jan: MessageRecipient) -> Client:
    """Return a browser that the recipient had remembered."""
    client = Client(headers={"User-Agent": AGENT})
    client.post(link(jan, "code/"))
    client.post(link(jan, "verify/"), {"code": newest_code(), "remember": "on"})
    return client


def opens(client: Client, jan: MessageRecipient) -> bool:
    """Tell whether a browser opens a message without a code."""
    client.post(link(jan, "device/"))
    return "Answer" in client.get(link(jan)).content.decode()


def test_a_trusted_device_opens_the_next_message_with_one_press() -> None:
    jan = message_of()
    client = trusting(jan)
    later = message_of(jan.message.sender)
    before = client.get(link(later)).content.decode()
    assert ("you need no code" in before, opens(client, later), again(later).state) == (
        True, True, "read",
    )  # fmt: skip


def test_looking_does_not_open_it() -> None:
    jan = message_of()
    client = trusting(jan)
    later = message_of(jan.message.sender)
    client.get(link(later))
    client.get(link(later, "device/"))
    assert again(later).state == "queued"


def test_the_recipient_gets_a_mail_about_it() -> None:
    trusting(message_of())
    assert (Notification.objects.filter(kind="new_device").count(), Device.objects.get().name) == (
        1, "Firefox, Windows",
    )  # fmt: skip


def test_it_ends_after_thirty_days() -> None:
    jan = message_of()
    client = trusting(jan)
    later = message_of(jan.message.sender)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        soon = client.cookies[DEVICE_COOKIE]["max-age"]
    Device.objects.update(expires_at=timezone.now())
    assert (soon, opens(client, later)) == (30 * 86400, False)


def test_it_ends_with_another_number() -> None:
    jan = message_of()
    client = trusting(jan)
    later = message_of(jan.message.sender)
    correct_recipient(later.message.sender, later, Correction(make.OTHER_NUMBER))
    assert not opens(client, again(later))


def test_it_opens_no_withdrawn_message() -> None:
    jan = message_of()
    client = trusting(jan)
    later = message_of(jan.message.sender)
    revoke(later.message.sender, later)
    assert not opens(client, later)


@pytest.mark.parametrize("address", ["els@example.nl"])
def test_it_opens_no_message_to_somebody_else(address: str) -> None:
    jan = message_of()
    client = trusting(jan)
    assert not opens(client, message_of(jan.message.sender, address))


def test_it_opens_no_message_of_another_organization() -> None:
    assert not opens(trusting(message_of()), message_of())


def test_the_policy_ends_it() -> None:
    jan = message_of()
    client = trusting(jan)
    later = message_of(jan.message.sender)
    Organization.objects.update(policy_data=Policy().to_json())
    assert not opens(client, later)


def test_nothing_is_remembered_where_the_policy_forbids_it() -> None:
    jan = recipient_of(released())
    client = trusting(jan)
    assert (Device.objects.count(), DEVICE_COOKIE in client.cookies) == (0, False)


def test_the_list_forgets_a_device() -> None:
    jan = message_of()
    client = trusting(jan)
    shown = client.get(link(jan)).content.decode()
    client.post(link(jan, f"device/{Device.objects.get().pk}/forget/"))
    assert ("Forget this device" in shown, Device.objects.count()) == (True, 0)


def test_nobody_else_forgets_a_device() -> None:
    jan = message_of()
    trusting(jan)
    pk = Device.objects.get().pk
    Client().post(link(jan, f"device/{pk}/forget/"))
    els = message_of(jan.message.sender, "els@example.nl")
    status = trusting(els).post(link(els, f"device/{pk}/forget/")).status_code
    assert (status, Device.objects.filter(pk=pk).exists()) == (404, True)


def test_a_cookie_holds_a_few_tokens_and_no_nonsense() -> None:
    tokens = [letter * 32 for letter in "abcdef"]
    cookie = cookie_with("z" * 32, tokens)
    assert tokens_in(cookie) == ["z" * 32, *tokens[:4]]
    assert tokens_in("x.'; DROP TABLE.%00.") == []


@pytest.mark.parametrize(("agent", "name"), [(AGENT, "Firefox, Windows"), ("curl", "?"), ("", "?")])
def test_a_device_has_a_name(agent: str, name: str) -> None:
    assert device_name(agent) == name
