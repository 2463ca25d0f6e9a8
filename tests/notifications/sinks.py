"""Servers that the tests send to: a relay and an SMS gateway that answer as they are told."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from zivweb.broker import free_port

OK = "250 2.0.0 OK"
CUT = "cut the line"
STALL = "451 4.4.2 after a second"


class Relay:
    """A mail relay: `replies` are given one by one at the end of data, then every mail is taken.

    `at_recipient` are the replies to RCPT TO, in the same way.
    """

    def __init__(self) -> None:
        self.replies: list[str] = []
        self.at_recipient: list[str] = []
        self.taken: list[Envelope] = []
        self.connections = 0
        self.features: list[str] = []
        self.before_reply: Callable[[], object] = lambda: None  # called when it has the text

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Count the connections."""
        self.connections += 1
        session.host_name = hostname
        return [*responses[:-1], *(f"250-{feature}" for feature in self.features), responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, or answer as told."""
        reply = self.at_recipient.pop(0) if self.at_recipient else OK
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take the mail, or answer as told."""
        self.before_reply()
        reply = self.replies.pop(0) if self.replies else OK
        if reply == STALL:
            await asyncio.sleep(1)
        if reply == CUT and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        if reply == OK:
            self.taken.append(envelope)
        return reply

    def raw(self) -> bytes:
        """Return the bytes of all mails that were taken."""
        return b"".join(mail.original_content or b"" for mail in self.taken)


class Gateway:
    """An SMS gateway over HTTP: `statuses` are answered one by one, then 200."""

    def __init__(self, port: int) -> None:
        self.url = f"json://127.0.0.1:{port}/sms"
        self.statuses: list[int] = []
        self.posts: list[dict[str, Any]] = []


@contextmanager
def running_relay() -> Iterator[tuple[Relay, dict[str, Any]]]:
    """Run a relay; give it with the setting that points to it."""
    relay, port = Relay(), free_port()
    controller = Controller(relay, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield relay, {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
    finally:
        controller.stop()


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """Run an SMS gateway."""
    gateway: Gateway

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.posts.append(json.loads(body))
            self.send_response(gateway.statuses.pop(0) if gateway.statuses else 200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway = Gateway(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
