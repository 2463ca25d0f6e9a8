"""A server of the tests' own in a thread, and a client that sends exactly what it is told."""

import asyncio
import base64
import socket
import ssl
import threading
from types import TracebackType

from accounts.models import User
from intake.smtpd import new_loop
from intake.smtpd.desk import Config
from intake.smtpd.door import Door
from intake.smtpd.server import Server
from tests import make

MAIL = "From: {sender}\r\nTo: jan@example.nl\r\nSubject: Hello\r\n\r\nDear Jan,\r\nhello.\r\n"
PATIENCE = 20.0


class Running:
    """A server that listens on a free port of the loopback interface."""

    def __init__(self, config: Config, door: Door | None = None) -> None:
        self._loop = new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.server = Server(config, door)
        starting = self.server.start("127.0.0.1", 0)
        self.port = asyncio.run_coroutine_threadsafe(starting, self._loop).result(PATIENCE)

    def stop(self, grace: float = 0.2) -> None:
        """Stop the server; a second call does nothing."""
        if self._loop.is_running():
            stopping = self.server.stop(grace)
            asyncio.run_coroutine_threadsafe(stopping, self._loop).result(PATIENCE)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(PATIENCE)
            self._loop.close()


class Client:
    """One connection; every answer is returned as text, its lines joined by CRLF."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        address = ("127.0.0.1", port)
        self.socket = socket.create_connection(address, PATIENCE, source_address=(source, 0))
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.socket.close()

    def send(self, data: str | bytes) -> None:
        """Send these bytes and nothing else."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def answer(self) -> str:
        """Return the next answer, "" when the connection has ended."""
        lines = [self._line()]
        while lines[-1][3:4] == "-":
            lines.append(self._line())
        return "\r\n".join(lines)

    def say(self, command: str | bytes) -> str:
        """Send a command line and return the answer."""
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.answer()

    def hello(self) -> str:
        """Return the answer to EHLO, after the greeting."""
        self.answer()
        return self.say("EHLO client.example")

    def log_in(self, username: str, password: str = make.PASSWORD) -> str:
        """Return the answer to AUTH PLAIN."""
        return self.say(f"AUTH PLAIN {plain(username, password)}")

    def start_tls(self) -> str:
        """Start TLS without looking at the certificate; return its version."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.say("STARTTLS")
        self._file.close()
        wrapped = context.wrap_socket(self.socket)
        self.socket, self._file = wrapped, wrapped.makefile("rb")
        return wrapped.version() or ""

    def begin(self, sender: User, *recipients: str) -> "Client":
        """Log in and send everything up to DATA."""
        self.hello()
        self.log_in(sender.email)
        self.say(f"MAIL FROM:<{sender.email}>")
        for recipient in recipients or ("jan@example.nl",):
            self.say(f"RCPT TO:<{recipient}>")
        self.say("DATA")
        return self

    def data(self, content: str | bytes) -> str:
        """Send the bytes of a mail and its end, and return the answer."""
        self.send((content.encode() if isinstance(content, str) else content) + b"\r\n.\r\n")
        return self.answer()

    def _line(self) -> str:
        return self._file.readline().decode().rstrip("\r\n")


def plain(username: str, password: str) -> str:
    """Return address and password as AUTH PLAIN wants them."""
    return encoded(f"\0{username}\0{password}")


def encoded(text: str) -> str:
    """Return the text in base64."""
    return base64.b64encode(text.encode()).decode()


def mail_from(user: User) -> str:
    """Return a small mail of this person."""
    return MAIL.format(sender=user.email)
