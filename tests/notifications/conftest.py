"""What the outbox tests share."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.notifications.letters import Outbox
from tests.notifications.sinks import Gateway, Relay, running_gateway, running_relay


@pytest.fixture
def outbox(db: None) -> Outbox:
    """An organization that sends."""
    return Outbox()


@pytest.fixture(params=[[], ["PIPELINING"]], ids=["plain", "pipelining"])
def relay(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Relay]:
    """A relay that takes the envelope step by step or at once; settings that are no demo's."""
    settings.DEMO = False
    with running_relay() as (relay, config):
        relay.features = request.param
        settings.MAIL_RELAY = config
        yield relay


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    """An SMS gateway, and settings of a house that is no demo."""
    settings.DEMO = False
    with running_gateway() as gateway:
        settings.SMS_URLS = [gateway.url]
        yield gateway


@pytest.fixture
def second_gateway(settings: Settings, gateway: Gateway) -> Iterator[Gateway]:
    """A gateway for when the first does not take an SMS."""
    with running_gateway() as second:
        settings.SMS_URLS = [gateway.url, second.url]
        yield second
