"""An SMS goes to exactly the number that it is for, or it is known that it does not."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from apprise import NotificationManager
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.gateways import NotDelivered, address_problem, send_sms
from notifications.letters import WireSms
from notifications.providers import (
    MESSENGERS,
    OWN,
    UNSEEN_REFUSALS,
    provider_problem,
    takes_phone_numbers,
)
from tests.examples import EXAMPLES
from tests.notifications import providers
from tests.notifications.providers import ADDRESSES, BROKEN, CHATS, TOKEN, Wire
from tests.numbers import mobile_numbers

pytestmark = pytest.mark.usefixtures("_quiet")
PLUGINS = {schema: NotificationManager()[schema] for schema in NotificationManager().schemas()}
LONG = {"Inmarsat, long": "+870776123456789", "Austria, long": "+436641234567890"}
NUMBERS = mobile_numbers() | LONG
EVERY_ADDRESS = {**ADDRESSES, **BROKEN, **providers.MESSENGERS, **CHATS}
NAMES = {schema: str(plugin.service_name) for schema, plugin in PLUGINS.items()}


@pytest.fixture(scope="module")
def _quiet() -> Iterator[None]:
    """Keep some ten thousand warnings out of the log."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def caught(answer: bytes = TOKEN) -> Iterator[Wire]:
    """Catch every request that would leave the machine, and answer it."""
    wire = Wire(answer)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(requests.Session, "request", lambda *a, **k: wire.take(*a, **k))
        yield wire


def told_apart(address: str, number: str) -> str:
    """Send an SMS. Returns "there", "nowhere" (and that is known), or what is wrong."""
    known = False
    with caught() as wire:
        try:
            send_sms(WireSms(number, "123456"), [address], "receipt")
        except NotDelivered as error:
            known = error.permanent
    if not wire.texts:
        return "nowhere" if known else "nowhere, and nobody knows"
    return "there" if wire.asked_for(number) and not known else f"astray: {wire.texts}"


def test_every_service_with_phone_numbers_is_in_one_of_the_lists() -> None:
    told = {*ADDRESSES, *BROKEN, *providers.MESSENGERS}

    found = {NAMES[schema] for schema, each in PLUGINS.items() if takes_phone_numbers(each)}

    assert found == told


@pytest.mark.parametrize("schema", sorted(PLUGINS))
def test_only_an_sms_service_is_taken(schema: str) -> None:
    plugin = PLUGINS[schema]

    taken = provider_problem(schema, plugin) == ""

    assert taken == (schema in OWN or NAMES[schema] in ADDRESSES)


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_the_address_of_an_sms_service_is_taken(address: str) -> None:
    assert address_problem(address) == ""


@pytest.mark.parametrize(
    ("address", "why"),
    [
        *[(address, "does not send to phone numbers") for address in CHATS.values()],
        *[(address, "messages of its own kind") for address in providers.MESSENGERS.values()],
        (BROKEN["Plivo"], "leaves your account out"),
        (BROKEN["VoIPms"], "cuts the country code off"),
        (BROKEN["SMPP"], "needs smpplib"),
        ("nosuchservice://x", "no Apprise address"),
        ("https://sms.example.org/send", "no Apprise address"),
        ("twilio://half-an-address", "missing or wrong"),
    ],
)
def test_what_is_no_sms_service_is_refused_with_a_reason(address: str, why: str) -> None:
    assert why in address_problem(address)


@pytest.mark.slow
@pytest.mark.parametrize("address", EVERY_ADDRESS.values(), ids=EVERY_ADDRESS)
def test_an_sms_to_any_country_goes_there_or_is_known_not_to(address: str) -> None:
    outcomes = {region: told_apart(address, number) for region, number in NUMBERS.items()}

    assert {r: how for r, how in outcomes.items() if how not in {"there", "nowhere"}} == {}


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    address=st.sampled_from([*ADDRESSES.values(), *BROKEN.values()]),
    number=st.integers(10**6, 10**15 - 1).map(lambda digits: f"+{digits}"),
)
def test_an_sms_to_any_number_goes_there_or_is_known_not_to(address: str, number: str) -> None:
    assert told_apart(address, number) in {"there", "nowhere"}


@pytest.mark.parametrize("region", ["AD", "FO", "GL", "Austria, long"])
@pytest.mark.parametrize("name", ["Twilio", "Sinch", "Vonage"])
def test_no_sms_goes_to_the_operators_own_number(name: str, region: str) -> None:
    assert told_apart(ADDRESSES[name], NUMBERS[region]) == "nowhere"


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_every_service_reaches_somebody(address: str) -> None:
    reached = {told_apart(address, number) for number in ("+31612345678", "+61412345678")}

    assert "there" in reached


@pytest.mark.parametrize(("name", "refusal"), [
    ("Clickatell", {"messages": [{"accepted": False, "error": "Invalid recipient"}]}),
    ("ClickSend", {"data": {"messages": [{"status": "INVALID_RECIPIENT"}]}}),
    ("seven", {"success": "900", "messages": [{"success": False, "error": "900"}]}),
    ("Vonage", {"messages": [{"status": "6", "error-text": "Unroutable"}]}),
])  # fmt: skip
def test_apprise_does_not_see_the_refusals_that_the_doctor_warns_of(
    name: str, refusal: dict[str, Any]
) -> None:
    with caught(json.dumps(refusal).encode()) as wire:
        send_sms(WireSms(NUMBERS["NL"], "123456"), [ADDRESSES[name]], "receipt")

    assert (len(wire.texts), ADDRESSES[name].partition(":")[0] in UNSEEN_REFUSALS) == (1, True)


@pytest.mark.parametrize(("name", "refusal"), [
    ("CM.com", {"errorCode": 201, "messages": [{"messageErrorCode": 303}]}),
    ("Infobip", {"messages": [{"status": {"groupId": 5, "groupName": "REJECTED"}}]}),
    ("Kaleyra", {"code": "E413", "data": [], "error": {"to": "not a number"}}),
    ("SMSC", {"error": "not a number", "error_code": 7}),
    ("SerwerSMS", {"success": False, "error": {"code": 1000, "message": "not a number"}}),
])  # fmt: skip
def test_apprise_sees_the_refusals_of_others(name: str, refusal: dict[str, Any]) -> None:
    with caught(json.dumps(refusal).encode()), pytest.raises(NotDelivered, match=r"^gateway$"):
        send_sms(WireSms(NUMBERS["NL"], "123456"), [ADDRESSES[name]], "receipt")


def test_another_gateway_takes_the_numbers_that_the_first_cannot_reach() -> None:
    both = [ADDRESSES["Twilio"], ADDRESSES["SMS Manager"]]

    with caught() as wire:
        send_sms(WireSms(NUMBERS["AD"], "123456"), both, "receipt")

    assert [NUMBERS["AD"] in text for text in wire.texts] == [True]


def test_there_is_no_name_for_a_service_that_apprise_does_not_know() -> None:
    assert (MESSENGERS | OWN | UNSEEN_REFUSALS) - PLUGINS.keys() == set()
