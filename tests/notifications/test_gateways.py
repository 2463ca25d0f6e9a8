"""SMS on a real gateway."""

from dataclasses import replace
from datetime import timedelta

from django.utils import timezone
from pytest_django import Settings

from notifications import states
from notifications.actions import send_due
from tests.notifications.letters import (
    CODE,
    NUMBER,
    Outbox,
    age,
    code_sms,
    leave_behind,
    now_queued,
)
from tests.notifications.providers import ADDRESSES
from tests.notifications.sinks import Gateway
from vault.tokens import token_hash


def test_an_sms_whose_worker_died_is_never_sent_again(outbox: Outbox, gateway: Gateway) -> None:
    row = outbox.sms()
    leave_behind(row, seconds_ago=1)

    send_due()

    row.refresh_from_db()
    assert (row.state, row.error, gateway.posts) == (states.FAILED, "unknown outcome", [])


def test_the_gateway_gets_number_and_text(outbox: Outbox, gateway: Gateway) -> None:
    outbox.sms()

    assert send_due() == 1

    assert gateway.posts[0]["to"] == NUMBER
    assert gateway.posts[0]["message"].splitlines()[-1] == f"@localhost #{CODE}"


def test_a_gateway_may_name_the_fields_itself(
    outbox: Outbox, gateway: Gateway, settings: Settings
) -> None:
    settings.SMS_URLS = [f"{gateway.url}?:to=recipient&:message=text&:type="]
    outbox.sms()

    send_due()

    post = gateway.posts[0]
    assert (post["recipient"], post["text"].startswith(CODE)) == (NUMBER, True)
    assert {"to", "message", "type"} & set(post) == set()


def test_the_second_gateway_helps_out(
    outbox: Outbox, gateway: Gateway, second_gateway: Gateway
) -> None:
    row = outbox.sms()
    gateway.statuses = [500]

    send_due()

    row.refresh_from_db()
    assert (row.state, len(second_gateway.posts)) == (states.SENT, 1)


def test_an_sms_that_no_gateway_takes_is_tried_again_soon(outbox: Outbox, gateway: Gateway) -> None:
    row = outbox.sms()
    gateway.statuses = [429]

    send_due()

    waits = now_queued(row), round((row.next_at - timezone.now()).total_seconds())
    assert (waits, row.error, len(gateway.posts)) == ((True, 5), "gateway", 1)


def test_an_sms_goes_out_when_the_gateway_is_back(outbox: Outbox, gateway: Gateway) -> None:
    row = outbox.sms()
    gateway.statuses = [503]
    send_due()

    age(row, timedelta(minutes=1))
    send_due()

    row.refresh_from_db()
    assert (row.state, row.error) == (states.SENT, "")


def test_an_sms_is_given_up_with_its_code(outbox: Outbox, gateway: Gateway) -> None:
    row = outbox.sms(useless_at=timezone.now() + timedelta(seconds=3))
    gateway.statuses = [503]

    send_due()

    row.refresh_from_db()
    assert (row.state, row.error, row.news) == (states.FAILED, "gateway", True)


def test_a_gateway_learns_by_what_id_to_report(outbox: Outbox, gateway: Gateway) -> None:
    row = outbox.sms()

    send_due()

    row.refresh_from_db()
    assert token_hash(gateway.posts[0]["id"]) == row.return_hash


def test_an_sms_is_not_sent_when_its_code_is_over(outbox: Outbox, gateway: Gateway) -> None:
    row = outbox.sms()
    age(row, timedelta(minutes=11))

    send_due()

    row.refresh_from_db()
    assert (row.state, row.error, gateway.posts) == (states.FAILED, "too late", [])


def test_an_sms_that_no_gateway_reaches_is_given_up_at_once(
    outbox: Outbox, settings: Settings
) -> None:
    settings.SMS_URLS = [ADDRESSES["Twilio"]]
    row = outbox.sms(sms=replace(code_sms(), to="+376312345"))

    send_due()

    row.refresh_from_db()
    assert (row.state, row.news) == (states.FAILED, True)
    assert row.error == "no gateway for this number"
