"""A relay that goes on answering, and never ends, holds no worker for ever, with TLS or without."""

import socketserver
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, cast

import pytest

from notifications import gateways
from notifications.gateways import NO_ANSWER, NotDelivered, Relay, RelayDown
from notifications.letters import WireMail
from tests.certificate import self_signed

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


class Patient(Endless):
    """Takes every mail, and says good-bye."""

    def handle(self) -> None:
        """Answer as a relay does."""
        self.wfile.write(b"220 here\r\n")
        in_text = False
        for line in self.rfile:
            in_text = line != b".\r\n" if in_text else line.lower().startswith(b"data")
            if in_text and line.lower().startswith(b"data"):
                self.wfile.write(b"354 go on\r\n")
            elif not in_text:
                self.wfile.write(b"250 fine\r\n")


class Greeting(Endless):
    """Never ends its greeting."""

    def handle(self) -> None:
        """Talk."""
        over = cast("Relays", self.server).over
        with suppress(OSError):
            while not over.wait(0.02):
                self.wfile.write(b"220-and\r\n")


class Relays(socketserver.ThreadingTCPServer):
    """A relay on this machine."""

    daemon_threads = True

    def __init__(self, kind: type[Endless], certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), kind)
        self.over = Event()
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)


@contextmanager
def connected(
    kind: type[Endless], certificate: Path | None = None, **config: Any
) -> Iterator[Relay]:
    """Run a relay, and have the connection to it."""
    with Relays(kind, certificate) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        port = server.server_address[1]
        with Relay({"EMAIL_HOST": "localhost", "EMAIL_PORT": port, **config}) as relay:
            yield relay
            server.over.set()
        server.shutdown()


@pytest.fixture
def endless() -> Iterator[Relay]:
    """Return the connection to a relay that never ends its answer."""
    with connected(Endless) as relay:
        yield relay


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and a certificate that it signed itself."""
    return self_signed(tmp_path_factory.mktemp("tls") / "both.pem")


def test_a_mail_has_one_deadline_however_often_the_relay_answers(
    endless: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "MAIL_SECONDS", 0.3)

    with pytest.raises(NotDelivered) as refused:
        endless.hand_over(MAIL, lambda: None)

    assert (refused.value.code, refused.value.permanent) == (NO_ANSWER, False)


def test_a_greeting_has_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateways, "GREETING_SECONDS", 0.3)

    with connected(Greeting) as relay, pytest.raises(RelayDown):
        relay.hand_over(MAIL, lambda: None)


def test_a_relay_that_says_no_good_bye_is_left(
    endless: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "GOODBYE_SECONDS", 0.3)
    monkeypatch.setattr(gateways, "MAIL_SECONDS", 0.3)

    with pytest.raises(NotDelivered), endless:
        endless.hand_over(MAIL, lambda: None)


def test_a_relay_with_tls_takes_mails(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    begun: list[str] = []

    with connected(Patient, certificate, EMAIL_USE_SSL=True) as relay:
        relay.hand_over(MAIL, lambda: begun.append("first"))
        relay.hand_over(MAIL, lambda: begun.append("second"))

    assert begun == ["first", "second"]


def test_a_handshake_has_a_deadline(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(gateways, "GREETING_SECONDS", 0.3)

    with connected(Greeting, EMAIL_USE_SSL=True) as relay, pytest.raises(RelayDown):
        relay.hand_over(MAIL, lambda: None)
