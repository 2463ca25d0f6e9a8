"""A mail client that does not give up, and what it knows of the mails that it handed in."""

import smtplib
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.message import EmailMessage

from tests.product import Product, a_mail

ANNA = "anna@zorg.example"
KNOWN = "debrug.example"  # the organization's book has an access code for the whole domain
UNKNOWN = "nobody.example"
SECRET = "The results of"  # stands in the text of every mail that is handed in
PATIENCE = 240.0
PAUSE = 0.2
CLIENTS, CROWD = 3, 32


@dataclass
class Handed:
    """A mail to two recipients of its own, and what came of handing it in.

    `in_doubt` counts the tries that ended without an answer to the data: each may have stored a
    copy, and the client cannot know. `finished`: the sender fills in what is missing.
    """

    mail: EmailMessage
    recipients: tuple[str, str]
    complete: bool
    finished: bool
    in_doubt: int = 0
    accepted: threading.Event = field(default_factory=threading.Event)

    @property
    def subject(self) -> str:
        """Return the subject, which no other mail has."""
        return str(self.mail["Subject"])

    @property
    def goes_out(self) -> bool:
        """Tell whether the recipients should get it in the end."""
        return self.complete or self.finished


def complete_mails(name: str, count: int) -> list[Handed]:
    """Return mails that go out at once."""
    return [_handed(f"{name}-{number}", KNOWN) for number in range(count)]


def incomplete_mails(name: str, count: int, *, finished: bool = False) -> list[Handed]:
    """Return mails of which one recipient is not known."""
    return [_handed(f"{name}-{number}", UNKNOWN, finished=finished) for number in range(count)]


def mail_with_number(name: str, number: str) -> Handed:
    """Return a mail that goes out at once, because it says the number of its first recipient."""
    one = _handed(name, UNKNOWN, above=f"zivver-access-right: {name}@{UNKNOWN} sms {number}\n\n")
    return replace(one, complete=True)


def _handed(name: str, domain: str, *, finished: bool = False, above: str = "") -> Handed:
    recipients = (f"{name}@{domain}", f"{name}-too@{KNOWN}")
    block = f"<!--zivver_headers\n{above}zivver_headers-->\n\n" if above else ""
    mail = a_mail(f"About {name}.", *recipients, text=f"{block}{SECRET} {name}.")
    mail["Message-ID"] = f"<{uuid.uuid4()}@client.example>"
    return Handed(mail, recipients, domain == KNOWN, finished)


class Client:
    """A mail client: it keeps its connection, and makes a new one when that is lost."""

    def __init__(self, product: Product) -> None:
        self._port = product.smtp
        self._connection: smtplib.SMTP | None = None

    def is_connected(self) -> bool:
        """Sign in if need be; tell whether the server is there."""
        try:
            return bool(self._connected())
        except OSError:
            return False

    def hand_in(self, one: Handed) -> None:
        """Try until the server says 250, as RFC 5321, 4.5.4.1 asks, only quicker."""
        ends = time.monotonic() + PATIENCE
        while not one.accepted.is_set():
            try:
                self._try_once(one)
            except OSError as error:
                self.hang_up()
                if _is_final(error) or time.monotonic() > ends:
                    raise
                time.sleep(PAUSE)

    def answer_to(self, one: Handed) -> str:
        """Try once; return the codes of the server's refusal, "" when it takes the mail."""
        try:
            self._try_once(one)
        except smtplib.SMTPResponseException as error:
            text = error.smtp_error
            return f"{error.smtp_code} {text.decode() if isinstance(text, bytes) else text}"[:9]
        return ""

    def hang_up(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _try_once(self, one: Handed) -> None:
        client = self._connected()
        _demand(*client.mail(ANNA))
        for recipient in one.recipients:
            _demand(*client.rcpt(recipient))
        try:
            answer = client.data(one.mail.as_bytes())
        except smtplib.SMTPResponseException:
            raise
        except OSError:
            one.in_doubt += 1
            raise
        _demand(*answer)
        one.accepted.set()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            self._connection = smtplib.SMTP("127.0.0.1", self._port, timeout=60)
            self._connection.login(ANNA, "demo")
        return self._connection


@contextmanager
def handing_in(
    product: Product, mails: Sequence[Handed], *, seconds: float, clients: int = CLIENTS
) -> Iterator[None]:
    """Hand the mails in meanwhile, spread over so many seconds; at the end each has its 250."""
    began = time.monotonic()

    def hand_in_every(first: int) -> None:
        client = Client(product)
        for position in range(first, len(mails), clients):
            time.sleep(max(0.0, began + seconds * position / len(mails) - time.monotonic()))
            client.hand_in(mails[position])
        client.hang_up()

    with ThreadPoolExecutor(clients) as pool:
        futures = [pool.submit(hand_in_every, first) for first in range(clients)]
        yield
        for future in futures:
            future.result()


def _demand(code: int, text: bytes) -> None:
    if code != 250:
        raise smtplib.SMTPResponseException(code, text)


def _is_final(error: OSError) -> bool:
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500
