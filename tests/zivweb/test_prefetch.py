"""A worker that has no place left takes no message any more, so no place may be lost."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Consumer, Message, Producer, Queue

from tests.faults.servers import Broker
from zivweb.prefetch import Request
from zivweb.tasks import beat

pytestmark = pytest.mark.slow


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A Redis that nobody else uses."""
    running = Broker(tmp_path)
    yield running
    running.kill()


@pytest.fixture
def channel(broker: Broker) -> Iterator[Any]:
    """A channel to it with one place."""
    with Connection(broker.url, transport_options={"socket_timeout": 0.2}) as connection:
        channel: Any = connection.channel()
        channel.basic_qos(prefetch_size=0, prefetch_count=1, apply_global=False)
        yield channel


def take(channel: Any) -> Request:
    """Send a message, take it, and return it as the worker sees it."""
    taken: list[Message] = []
    headers = {"id": "1", "task": beat.name}
    Producer(channel).publish([[], {}, {}], routing_key="celery", headers=headers)
    connection: Connection = channel.connection.client
    with Consumer(channel, Queue("celery"), accept=["json"], on_message=taken.append):
        connection.drain_events(timeout=10)
    errors = connection.connection_errors + connection.channel_errors
    ack = taken[0].ack_log_error
    return Request(taken[0], on_ack=ack, connection_errors=errors, app=beat.app, task=beat)


def test_every_task_is_taken_so() -> None:
    assert beat.Request == f"{Request.__module__}:{Request.__name__}"


def test_a_message_that_redis_acknowledges_gives_its_place_back(channel: Any) -> None:
    message = take(channel)
    before = channel.qos.can_consume()

    message.acknowledge()

    assert (before, channel.qos.can_consume()) == (False, True)


def test_a_message_that_redis_does_not_hear_of_gives_its_place_back(
    broker: Broker, channel: Any
) -> None:
    message = take(channel)
    broker.signal(signal.SIGSTOP)

    message.acknowledge()
    broker.signal(signal.SIGCONT)

    assert not message.message.acknowledged
    assert channel.qos.can_consume()
