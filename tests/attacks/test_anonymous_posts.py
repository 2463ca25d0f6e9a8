"""What somebody without an account can send: bounded everywhere, and no robot writes to anybody."""

import re

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from accounts.models import AuditEntry, Organization
from accounts.policy import ACCESS_CODE, SMS, Policy
from delivery.actions import report_wrong_number
from delivery.actions.limits import CLAIMS_OF_RECIPIENT, DEVICES_OF_RECIPIENT
from delivery.models import Device, MessageRecipient
from notifications.models import Notification
from tests import make
from tests.attacks.scene import addresses, make_scene, rows
from tests.delivery.messages import ACCESS, again, link, open_in, receiver
from zivweb.anonymous_posts import PROGRAMS

pytestmark = pytest.mark.django_db

PEER = "192.0.2.9"
FORM = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<(?:input|textarea)[^>]* name="(\w+)"(?:[^>]* value="([^"]*)")?')
BUTTON = re.compile(r'<button[^>]* name="(\w+)" value="([^"]*)"')
METHODS = [SMS, ACCESS_CODE]


@pytest.fixture
def tried(settings: Settings) -> list[str]:
    """An address of every view that is no program's, with two POSTs an hour."""
    settings.DEMO, settings.ANONYMOUS_POSTS_AN_HOUR = False, 2
    found = {resolve(each).view_name: each for each in addresses(make_scene())}
    return [each for each in found.values() if not each.startswith(PROGRAMS)]


def post_to_all(tried: list[str]) -> dict[str, tuple[int, bool]]:
    """Post to each address in a browser of its own; return what each is told."""
    answers = {
        each: Client(raise_request_exception=False).post(each, REMOTE_ADDR=PEER) for each in tried
    }
    return {
        each: (answer.status_code, "Try again from" in answer.content.decode())
        for each, answer in answers.items()
    }


@pytest.mark.walls
@pytest.mark.slow
def test_every_view_takes_so_many_posts_of_a_stranger(tried: list[str]) -> None:
    post_to_all(tried + tried)
    before = rows()
    third = post_to_all(tried)

    assert len(tried) > 80
    assert {each: told for each, told in third.items() if told != (429, True)} == {}
    assert rows() == before


def test_one_stranger_uses_up_nothing_of_another(settings: Settings) -> None:
    settings.ANONYMOUS_POSTS_AN_HOUR = 1
    posts = [
        ("/language/", "192.0.2.9"),
        ("/language/", "192.0.2.10"),
        ("/account/login/", "192.0.2.9"),
    ]

    told = [Client().post(path, REMOTE_ADDR=peer).status_code for path, peer in posts]

    assert 429 not in told


def test_who_is_signed_in_is_not_counted(settings: Settings) -> None:
    settings.ANONYMOUS_POSTS_AN_HOUR = 1
    browser = make.signed_in(make.user())

    assert {browser.post("/language/", REMOTE_ADDR=PEER).status_code for _ in range(3)} == {302}


def press_everything(client: Client, page: str) -> None:
    """Send every form of a page, with each of its buttons, and look at what comes of it once."""
    for action, inside in FORM.findall(page):
        fields = dict(FIELD.findall(inside))
        for button in BUTTON.findall(inside) or [("", "")]:
            answer = client.post(action, fields | dict([button]), follow=True, REMOTE_ADDR=PEER)
            for further, more in FORM.findall(answer.content.decode()):
                client.post(further, dict(FIELD.findall(more)), REMOTE_ADDR=PEER)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("said", [lambda _row: None, report_wrong_number])
def test_a_robot_that_presses_every_button_mails_nobody(method: str, said: object) -> None:
    row = receiver(method=method)
    said(row)  # type: ignore[operator]
    before, mails, client = again(row).state, sent_mails(), Client()

    press_everything(client, client.get(link(row)).content.decode())
    press_everything(client, client.get(link(row)).content.decode())

    assert (again(row).state, sent_mails()) == (before, mails)


def sent_mails() -> list[int]:
    """Return the mails of the outbox."""
    return list(Notification.objects.filter(channel="mail").values_list("pk", flat=True))


def claim(client: Client, row: MessageRecipient, what: str, address: str = "") -> int:
    """Say that a number is wrong or right, as the page has it sent; return the status."""
    data = {"address": address} if address else {}
    return client.post(link(row, f"{what}-number/"), data, REMOTE_ADDR=PEER).status_code


@pytest.mark.parametrize("typed", ["", "els@example.nl", "jan", "@", "a" * 300])
def test_nobody_says_that_a_number_is_wrong_without_the_address(client: Client, typed: str) -> None:
    row = receiver()
    claim(client, row, "wrong", typed)

    assert (again(row).state, Notification.objects.filter(kind="number_wrong").count()) == (
        row.state,
        0,
    )


@pytest.mark.parametrize("typed", ["jan@example.nl", " Jan@Example.NL ", "<jan@example.nl>"])
def test_who_types_the_address_says_that_a_number_is_wrong(client: Client, typed: str) -> None:
    row = receiver()

    assert (claim(client, row, "wrong", typed), again(row).state) == (302, "suspended")


def test_who_was_verified_here_says_so_with_one_click(client: Client) -> None:
    row = receiver()
    open_in(client, row)

    assert (claim(client, row, "wrong"), again(row).state) == (302, "suspended")


def test_a_mistake_is_undone_with_one_click(client: Client) -> None:
    row = receiver()
    claim(client, row, "wrong", row.address)

    assert (claim(client, row, "right"), again(row).state) == (302, "notified")


def test_another_browser_does_not_call_a_wrong_number_right(client: Client) -> None:
    row = receiver()
    report_wrong_number(row)

    assert (claim(client, row, "right"), again(row).state) == (200, "suspended")


def test_wrong_and_right_in_turns_end_for_the_day(client: Client) -> None:
    row = receiver()
    turns = ["wrong", "right"] * CLAIMS_OF_RECIPIENT
    told = [claim(client, row, each, row.address) for each in turns]
    page = client.post(link(row, "wrong-number/"), REMOTE_ADDR=PEER).content.decode()

    assert told[CLAIMS_OF_RECIPIENT::2] == [429] * (CLAIMS_OF_RECIPIENT // 2)
    done = AuditEntry.objects.filter(verb="report_wrong_number").count()
    assert done == CLAIMS_OF_RECIPIENT // 2
    assert "often enough for today" in page


def test_a_person_comes_to_trust_so_many_browsers_a_day() -> None:
    row, posted = receiver(method=ACCESS_CODE), {"code": ACCESS, "remember": "on"}
    Organization.objects.update(policy_data=Policy(trusted_devices=True).to_json())
    opened = [Client().post(link(row, "verify/"), posted) for _ in range(DEVICES_OF_RECIPIENT + 2)]

    assert {answer.status_code for answer in opened} == {302}
    mails = Notification.objects.filter(kind="new_device").count()
    assert (Device.objects.count(), mails) == (DEVICES_OF_RECIPIENT, DEVICES_OF_RECIPIENT)
