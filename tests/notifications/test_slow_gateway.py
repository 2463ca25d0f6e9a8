"""An SMS gateway that never ends its answer holds no worker, and makes nobody get an SMS twice."""

import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import cast

import pytest
import requests
from pytest_django import Settings

from flow import calls
from notifications import gateways, states
from notifications.actions import send_due
from tests.notifications.letters import Outbox, age
from tests.notifications.sinks import Gateway

NO_GATEWAY = "json://127.0.0.1:1/sms"
BEGINNINGS = {
    "its status": b"HTTP/1.1 ",
    "its heads": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "its content": b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n",
    "content without a length": b"HTTP/1.1 200 OK\r\n\r\n",
}


class Dripping(socketserver.StreamRequestHandler):
    """Takes a request, and answers a byte at a time."""

    def handle(self) -> None:
        """Go on until the test is over."""
        server = cast("Drips", self.server)
        server.asked += self.rfile.readline().startswith(b"POST")
        self.wfile.write(server.beginning)
        with suppress(OSError):
            while not server.over.wait(0.02):
                self.wfile.write(server.piece)


class Drips(socketserver.ThreadingTCPServer):
    """A gateway on this machine."""

    daemon_threads = True

    def __init__(self, beginning: bytes, piece: bytes = b"1") -> None:
        super().__init__(("127.0.0.1", 0), Dripping)
        self.beginning, self.piece = beginning, piece
        self.asked = 0
        self.over = Event()
        self.url = f"json://127.0.0.1:{self.server_address[1]}/sms"


@contextmanager
def dripping(beginning: bytes, piece: bytes = b"1") -> Iterator[Drips]:
    """Run such a gateway."""
    with Drips(beginning, piece) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()


@pytest.fixture(autouse=True)
def _half_a_second(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DEMO = False
    monkeypatch.setattr(gateways, "SMS_SECONDS", 0.5)


@pytest.mark.parametrize("part", BEGINNINGS)
def test_an_sms_is_given_up_when_the_gateway_drips(
    outbox: Outbox, settings: Settings, part: str
) -> None:
    row = outbox.sms()
    with dripping(BEGINNINGS[part]) as gateway:
        settings.SMS_URLS = [gateway.url]
        send_due()
        age(row, timedelta(minutes=1))
        send_due()

    row.refresh_from_db()
    assert (row.state, row.error, gateway.asked) == (states.FAILED, "unknown outcome", 1)


def test_no_other_gateway_is_asked_to_send_what_may_be_sent(
    outbox: Outbox, gateway: Gateway, settings: Settings
) -> None:
    outbox.sms()
    with dripping(BEGINNINGS["its heads"]) as slow:
        settings.SMS_URLS = [slow.url, gateway.url]
        send_due()

    assert gateway.posts == []


def test_an_answer_without_end_is_not_read(outbox: Outbox, settings: Settings) -> None:
    row = outbox.sms()
    with dripping(BEGINNINGS["content without a length"], b"1" * calls.BYTES) as gateway:
        settings.SMS_URLS = [gateway.url]
        send_due()

    row.refresh_from_db()
    assert (row.state, row.error, gateway.asked) == (states.FAILED, "unknown outcome", 1)


def test_a_gateway_that_cannot_be_reached_sent_nothing(
    outbox: Outbox, gateway: Gateway, settings: Settings
) -> None:
    row = outbox.sms()
    settings.SMS_URLS = [NO_GATEWAY, gateway.url]

    send_due()

    row.refresh_from_db()
    assert (row.state, len(gateway.posts)) == (states.SENT, 1)


@pytest.mark.parametrize("ask", [requests.get, requests.post, partial(requests.request, "PUT")])
def test_whatever_a_library_asks_ends_with_its_call(ask: Callable[..., object]) -> None:
    slow, out_of_time = dripping(BEGINNINGS["its heads"]), pytest.raises(requests.Timeout)

    with slow as server, out_of_time, calls.in_time(0.3):
        ask(server.url.replace("json", "http"), timeout=60)
