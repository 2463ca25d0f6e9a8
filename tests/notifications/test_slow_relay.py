"""A relay that goes on answering, and never ends, holds no worker for ever."""

import socketserver
from collections.abc import Iterator
from contextlib import suppress
from threading import Event, Thread
from typing import cast

import pytest

from notifications import gateways
from notifications.gateways import NO_ANSWER, NotDelivered, Relay
from notifications.letters import WireMail

MAIL = WireMail("from@zorg.example", "jan@example.nl", b"Subject: x\r\n\r\nx\r\n")


class Endless(socketserver.StreamRequestHandler):
    """Takes a mail as every relay does, and goes on and on about that."""

    def handle(self) -> None:
        """Talk."""
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            text = line.lower().startswith(b"data")
            self.wfile.write(b"354 go on\r\n" if text else b"250 fine\r\n")
            if text:
                break
        over = cast("Relays", self.server).over
        with suppress(OSError):
            while not over.wait(0.02):
                self.wfile.write(b"250-and\r\n")


class Relays(socketserver.ThreadingTCPServer):
    """A relay on this machine."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Endless)
        self.over = Event()


@pytest.fixture
def endless() -> Iterator[Relay]:
    """Return the connection to a relay that never ends its answer."""
    with Relays() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        host, port = server.server_address[:2]
        with Relay({"EMAIL_HOST": host, "EMAIL_PORT": port}) as relay:
            yield relay
        server.over.set()
        server.shutdown()


def test_a_mail_has_one_deadline_however_often_the_relay_answers(
    endless: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "MAIL_SECONDS", 0.3)

    with pytest.raises(NotDelivered) as refused:
        endless.hand_over(MAIL, lambda: None)

    assert (refused.value.code, refused.value.permanent) == (NO_ANSWER, False)
