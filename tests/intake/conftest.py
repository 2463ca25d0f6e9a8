"""A running server for the tests that need one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from intake.smtpd import settings_config
from tests import engines, make
from tests.intake.smtp import Client, Running

Start = Callable[..., Running]


@pytest.fixture
def sender(transactional_db: None) -> User:
    """A person who may hand in mail."""
    return make.user()


@pytest.fixture
def way() -> bool:
    """Whether mail is stored the fast way: as the database allows it, unless a module says more."""
    return settings_config().fast


@pytest.fixture
def start(transactional_db: None, way: bool) -> Iterator[Start]:
    """Start servers whose settings differ from the usual ones."""
    started: list[Running] = []

    def start_one(door: Any = None, **changes: Any) -> Running:
        config = replace(settings_config(), processes=1, fast=way)
        started.append(Running(replace(config, **changes), door))
        return started[-1]

    yield start_one
    for running in started:
        running.stop()


@pytest.fixture
def server(start: Start) -> Running:
    """A server as the demo runs it."""
    return start()


@pytest.fixture
def smtp(server: Running) -> Iterator[Client]:
    """A connection to the server."""
    with Client(server.port) as connected:
        yield connected


@pytest.fixture(params=[pytest.param("fast", marks=engines.FAST_INTAKE), "plain"])
def both_ways(request: pytest.FixtureRequest) -> bool:
    """Each of the two ways in which mail is stored."""
    return bool(request.param == "fast")
