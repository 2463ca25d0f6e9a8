"""The whole product as its users meet it: `manage.py serve` with real sockets on every side.

`Product` starts it on a database of its own and watches from outside: a mail client that sends, a
relay that takes what goes out, an SMS gateway, and people at a browser without JavaScript.
"""

import base64
import email
import email.policy
import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.plugins import processes
from zivweb.broker import free_port

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 150.0  # of a machine where ten things run beside it
SILENCE = 12.0  # seconds that a gateway says nothing: longer than anybody waits for it
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], patience: float = PATIENCE) -> Found:
    """Return what `look` finds, as soon as it does."""
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {patience:.0f} s in vain for {what}")


@dataclass
class Relay:
    """The SMTP relay that the product hands its mail to."""

    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Take a mail."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        mail["X-Envelope-To"] = envelope.rcpt_tos[0]
        self.mails.append(mail)
        return "250 2.0.0 taken"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails to this address, oldest first."""
        return [mail for mail in self.mails if mail["X-Envelope-To"] == address]

    def about(self, address: str, subject: str) -> list[EmailMessage]:
        """Return the mails to this address that speak of a mail, alone or among others."""
        return [mail for mail in self.to(address) if speaks_of(mail, subject)]


class Gateway(ThreadingHTTPServer):
    """The operator's own SMS gateway, which takes JSON.

    `moods` are how it answers what is for a number: with a status, or "silent" or "hangs up".
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TakeSms)
        self.taken: list[dict[str, Any]] = []
        self.moods: dict[str, str] = {}

    def to(self, number: str) -> list[str]:
        """Return the texts to this number, oldest first."""
        return [sms["message"] for sms in self.taken if number in json.dumps(sms)]


class _TakeSms(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        """Take an SMS."""
        sms = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = self.server.moods.get(sms.get("to", ""), "200")
        if mood == "200":
            self.server.taken.append(sms)
        if mood == "silent":
            time.sleep(SILENCE)
        if mood.isdecimal():
            self.send_response(int(mood))
            self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class Person:
    """Somebody at a browser without JavaScript."""

    def __init__(self, base: str, language: str = "en") -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language
        self.page = ""

    def open(self, path: str) -> requests.Response:
        """Follow a link."""
        response = self.session.get(path if "://" in path else self.base + path, timeout=90)
        self.page = response.text
        return response

    def post(self, path: str, **data: str) -> requests.Response:
        """Send a form of the page that is open."""
        data["csrfmiddlewaretoken"] = TOKEN.findall(self.page)[0]
        url = path if "://" in path else self.base + path
        response = self.session.post(url, data, headers={"Referer": self.base}, timeout=90)
        self.page = response.text
        return response

    def sign_in(self, email_address: str, path: str = "/") -> "Person":
        """Sign in on the way to a page."""
        response = self.open(path)
        self.post(response.url, login=email_address, password="demo")
        return self

    def field_of(self, address: str, name: str = "phone") -> str:
        """Return the name of the field that the page labels with this recipient's address."""
        label = re.search(
            rf'<label[^>]*for="id_(r\d+-{name})"[^>]*>(?:(?!</label>).)*{re.escape(address)}',
            self.page,
            re.DOTALL,
        )
        assert label, f"no field {name} for {address}"
        return label.group(1)


class Product:
    """A running `manage.py serve`, the relay and the gateway that it uses, and its data."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.http, self.smtp, self.monitoring = free_port(), free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.http}"
        self.relay, self.gateway = Relay(), Gateway()
        self.sink = Controller(self.relay, hostname="127.0.0.1", port=free_port())
        self.environment = self._environment(database_url)
        self.log = folder / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything, and wait until it answers."""
        if not self.sink.loop.is_running():
            self.sink.start()
            threading.Thread(target=self.gateway.serve_forever, args=(0.05,), daemon=True).start()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),
            )
        wait_for("the start of serve", self._is_up)

    def stop(self) -> None:
        """Stop everything, as Ctrl-C does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
            self.process = None

    def close(self) -> None:
        """Stop, and end what stands around it."""
        self.stop()
        self.gateway.shutdown()
        self.gateway.server_close()
        self.sink.stop()

    def kill(self, name: str) -> None:
        """Send SIGKILL to a child of serve and all of its own children: web, worker, smtp, beat."""
        for pid in self.pids(name):
            with _gone_is_fine():
                os.kill(pid, signal.SIGKILL)

    def sweep(self) -> None:
        """Have the sweeps of beat come early, where a test can; here they come in seconds."""

    def pids(self, name: str) -> list[int]:
        """Return the processes of a child of serve."""
        return [pid for pid, environ in _environments() if self._is_mine(environ, name)]

    def person(self, language: str = "en") -> Person:
        """Return somebody at a browser."""
        return Person(self.base, language)

    def send(self, mail: EmailMessage, *recipients: str, login: str = "anna@zorg.example") -> None:
        """Hand in a mail as a mail client does."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=90) as client:
            client.login(login, "demo")
            client.send_message(mail, from_addr=login, to_addrs=recipients)

    def wait_for_mail(self, address: str, subject: str) -> EmailMessage:
        """Return the newest mail to an address that speaks of this subject."""

        def look() -> EmailMessage | None:
            found = self.relay.about(address, subject)
            return found[-1] if found else None

        return wait_for(f"a mail to {address} about {subject}", look)

    def wait_for_sms(self, number: str) -> str:
        """Return the code of the newest SMS to a number."""
        wait_for(f"an SMS to {number}", lambda: self.gateway.to(number))
        found = re.search(r"\b\d{6}\b", self.gateway.to(number)[-1])
        assert found
        return found.group(0)

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py beside it; return what it printed. Fails when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment | {"PYTHONPATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def at_rest(self) -> bytes:
        """Return every byte of the data directory, and every value of every table."""
        files = [path for path in (self.folder / "data").rglob("*") if path.is_file()]
        return b"\n".join([path.read_bytes() for path in files] + list(self._table_values()))

    def _table_values(self) -> Iterator[bytes]:
        if not self.environment["DATABASE_URL"].startswith("postgres"):
            return
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            tables = connection.execute(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608  a name
                    yield from (v if isinstance(v, bytes) else str(v).encode() for v in row)

    def _environment(self, database_url: str) -> dict[str, str]:
        return _broker() | {
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": database_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "SMS_URL": f"json://127.0.0.1:{self.gateway.server_port}/sms",
            "ZIVWEB_BASE_URL": self.base,
            "ZIVWEB_DATA_DIR": str(self.folder / "data"),
            "ZIVWEB_DEMO": "1",
            "ZIVWEB_ENCRYPTION_KEYS": "dGhlIGtleSB0aGF0IHRoZSB0ZXN0cyBzZWFsIHdpdGg=",
            "ZIVWEB_ENV_FILE": os.devnull,
            "ZIVWEB_HTTP_PORT": str(self.http),
            "ZIVWEB_LOG_FORMAT": "json",
            "ZIVWEB_MAIL_DOMAIN": "zivweb.example",
            "ZIVWEB_MONITORING_PORT": str(self.monitoring),
            "ZIVWEB_SECRET_KEY": "the tests sign with this key, and nothing else does",
            "ZIVWEB_SMTP_PORT": str(self.smtp),
        }

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-4000:]
        return self._answers()

    def _answers(self) -> bool:
        try:
            alive = requests.get(f"{self.base}/healthz", timeout=5).ok
            with smtplib.SMTP("127.0.0.1", self.smtp, timeout=5):
                return alive
        except (OSError, smtplib.SMTPException):
            return False

    def _is_mine(self, environ: dict[str, str], name: str) -> bool:
        port = str(self.http)
        return environ.get("ZIVWEB_HTTP_PORT") == port and environ.get("ZIVWEB_PROCESS") == name


@contextmanager
def started(product: Product) -> Iterator[Product]:
    """Start a product, and stop it with all that stands around it."""
    try:
        product.start()
        yield product
    finally:
        product.close()


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """Run a product on an empty database of its own, of the kind that the tests run on."""
    with empty_database(folder) as url, started(Product(folder, url)) as product:
        yield product


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Make an empty database for a product in this folder; give its address."""
    server = os.environ["DATABASE_URL"]
    if not server.startswith("postgres"):
        yield f"sqlite:///{folder / 'data' / 'zivweb.sqlite3'}"
        return
    name = f"product_{os.getpid()}_{free_port()}"
    home = urlsplit(server)._replace(path="/postgres").geturl()
    with psycopg.connect(home, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _broker() -> dict[str, str]:
    """Return the broker that the product is to use, where the run names one."""
    url = os.environ.get("ZIVWEB_TEST_PRODUCT_BROKER", "")
    return {"CELERY_BROKER_URL": url} if url else {}


def link_in(mail: EmailMessage, kind: str, subject: str = "") -> str:
    """Return the link (`finish` or `m`) that a person clicks in a mail, that of this subject."""
    text = text_of(mail)
    line = _line_about(text, subject)
    found = re.compile(rf"https?://\S+/{kind}/\S+").search(text, line.start() if line else 0)
    assert found, text
    return found.group(0)


def speaks_of(mail: EmailMessage, subject: str) -> bool:
    """Tell whether the mail's own subject holds this, or that of a line in its list."""
    return subject in str(mail["Subject"]) or _line_about(text_of(mail), subject) is not None


def _line_about(text: str, subject: str) -> re.Match[str] | None:
    return re.search(rf"^- .*{re.escape(subject)}", text, re.MULTILINE) if subject else None


def text_of(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def disguises(word: str) -> list[bytes]:
    """Return how a word could lie about: in plain, UTF-16, hex, and base64 at every offset."""
    plain = word.encode()
    shifted = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, word.encode("utf-16-le"), plain.hex().encode(), *shifted]


def a_mail(
    subject: str, *recipients: str, sender: str = "anna@zorg.example", text: str = "The results."
) -> EmailMessage:
    """Return a mail as a mail client writes it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(recipients), subject
    mail.set_content(text)
    return mail


def _environments() -> Iterator[tuple[int, dict[str, str]]]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        with _gone_is_fine():
            pairs = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
            yield int(folder.name), dict(pair.split("=", 1) for pair in pairs if "=" in pair)


@contextmanager
def _gone_is_fine() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return
