"""An organization, and strangers who are with it, that do all they can to be in others' way."""

import contextlib
import random
import smtplib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.faults.fleet import Fleet
from tests.faults.towns import (
    CODE,
    GOOD,
    HOSTILE,
    MARK,
    PASSWORD,
    browser_of,
    connected,
    path_of,
    signed_in,
)
from tests.product import a_mail, link_in

HEADS, SESSIONS = 60, 40  # slow connections that are kept up
ROWS = 20_000  # of an import
PARTS, LARGE = 2_000, 4_000_000  # of a big mail: parts, bytes
UPLOAD = 200_000_000  # bytes that a stranger says that he sends
MAIL_EVERY, LARGE_EVERY = 0.2, 10.0
PAUSE = 0.25  # seconds between two of a kind: what it does itself takes of the same processors
SLOW = b"GET /account/login/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


class Hostile:
    """Does each of these over and over; counts what it did."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.did: Counter[str] = Counter()
        self._over = threading.Event()

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Be in the way meanwhile."""
        acts = (
            self.keep_slow_pages, self.keep_slow_sessions, self.guess_on_the_pages,
            self.guess_at_the_door, self.import_lists, self.export_lists, self.upload_much,
            self.flood, self.send_large, self.press_buttons,
        )  # fmt: skip
        with ThreadPoolExecutor(len(acts)) as pool:
            running = [pool.submit(self._again_and_again, act) for act in acts]
            try:
                yield
            finally:
                self._over.set()
                for each in running:
                    each.result()

    def _again_and_again(self, act: Callable[[], None]) -> None:
        """Being refused is what it is there for."""
        while not self._over.is_set():
            try:
                act()
                self.did[act.__name__] += 1
            except (OSError, smtplib.SMTPException, AssertionError, LookupError):
                self.did[f"{act.__name__} (refused)"] += 1
            self._over.wait(PAUSE)

    def keep_slow_pages(self) -> None:
        """Hold connections that send a byte now and then."""
        self._keep_slow([web.http for web in self.fleet.of("web")], HEADS, SLOW)

    def keep_slow_sessions(self) -> None:
        """Hold sessions of SMTP that say hello and then nothing."""
        self._keep_slow([smtp.smtp for smtp in self.fleet.of("smtp")], SESSIONS, b"EHLO s")

    def _keep_slow(self, ports: list[int], count: int, first: bytes) -> None:
        with contextlib.ExitStack() as stack:
            lines = []
            for number in range(count):
                place = ("127.0.0.1", random.choice(ports))  # noqa: S311
                line = socket.create_connection(place, 5, (HOSTILE.address(500 + number), 0))
                lines.append(stack.enter_context(line))
                line.sendall(first)
            for _ in range(10):
                self._over.wait(1)
                for line in lines:
                    _say_more(line)

    def guess_on_the_pages(self) -> None:
        """Try passwords of people of the others, and of nobody."""
        person = browser_of(self.fleet, HOSTILE.address(700))
        person.open("/account/login/")
        whose = random.choice([GOOD[0].admin, GOOD[1].admin, "nobody@example.nl"])  # noqa: S311
        person.post("/account/login/", login=whose, password="wrong")

    def guess_at_the_door(self) -> None:
        """The same over SMTP."""
        smtp = random.choice(self.fleet.of("smtp")).smtp  # noqa: S311
        place = (HOSTILE.address(710), 0)
        with smtplib.SMTP("127.0.0.1", smtp, timeout=60, source_address=place) as client:
            client.login(random.choice([town.sender for town in GOOD]), "wrong")  # noqa: S311

    def import_lists(self) -> None:
        """Import a long list, as an admin may."""
        admin = signed_in(self.fleet, HOSTILE, HOSTILE.admin, HOSTILE.address(720))
        rows = (f"p{n}@{MARK.lower()}.example,{MARK} {n},06{10_000_000 + n}" for n in range(ROWS))
        content = "\n".join(["email_address,full_name,phone_number", *rows])
        admin.open("/contacts/import/")
        page = self._upload(admin.session, admin.base, content.encode(), admin.page)
        run = page.url.rstrip("/").rpartition("/")[2]
        admin.page = page.text
        columns = {"column0": "email", "column1": "name", "column2": "phone"}
        admin.post(f"/contacts/import/{run}/check/", **columns)
        self._until(lambda: "This is what would happen" in admin.open(page.url).text)
        admin.post(f"/contacts/import/{run}/start/", changed_rows="overwrite", conflicts="ask")
        self._until(lambda: "/undo/" in admin.open(page.url).text)

    def _upload(
        self, session: requests.Session, base: str, content: bytes, page: str
    ) -> requests.Response:
        token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        said = {"csrfmiddlewaretoken": token, "book": "organization"}
        files = {"file": ("list.csv", content)}
        return session.post(f"{base}/contacts/import/", said, files=files, timeout=90)

    def _until(self, look: Callable[[], bool]) -> None:
        ends = time.monotonic() + 120
        while not (self._over.is_set() or look()):
            if time.monotonic() > ends:
                raise TimeoutError
            self._over.wait(1)

    def export_lists(self) -> None:
        """Take the whole book away, again and again."""
        admin = signed_in(self.fleet, HOSTILE, HOSTILE.admin, HOSTILE.address(730))
        for _ in range(5):
            admin.open("/contacts/export/?book=organization")
            self._over.wait(3)

    def upload_much(self) -> None:
        """Say that a big file comes, to pages that take none."""
        web = random.choice(self.fleet.of("web")).http  # noqa: S311
        place = ("127.0.0.1", web)
        heads = f"POST /account/login/ HTTP/1.1\r\nHost: 127.0.0.1:{self.fleet.http}\r\n"
        with socket.create_connection(place, 30, (HOSTILE.address(740), 0)) as line:
            line.sendall(f"{heads}Content-Length: {UPLOAD}\r\n\r\n".encode())
            while not self._over.is_set():
                line.sendall(MARK.encode() * 10_000)

    def flood(self) -> None:
        """Send small mails, to whom nobody knows and to whom everybody knows."""
        client = connected(self.fleet, HOSTILE)
        for number in range(50):
            if self._over.wait(MAIL_EVERY):
                break
            name = f"{MARK.lower()}-{random.randrange(10**9)}"  # noqa: S311
            to = HOSTILE.known(name) if number % 2 else f"{name}@nobody.example"
            client.send_message(a_mail(f"{MARK} {name}", to, sender=HOSTILE.sender, text=MARK))
        client.close()

    def send_large(self) -> None:
        """Send mails of very many parts, and of large ones."""
        client = connected(self.fleet, HOSTILE)
        for part in (f"Content-Type: text/plain\r\n\r\n{MARK}\r\n", "\r\n" + f"{MARK}\r\n" * 9):
            count = PARTS if "Content" in part else 4 * PARTS
            body = "--b\r\n".join([part] * count)[:LARGE]
            heads = f"From: {HOSTILE.sender}\r\nSubject: {MARK}\r\nMIME-Version: 1.0\r\n"
            mail = f"{heads}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{body}--b--\r\n"
            client.sendmail(HOSTILE.sender, [f"large@{MARK.lower()}.test.example"], mail)
        client.close()
        self._over.wait(LARGE_EVERY)

    def press_buttons(self) -> None:
        """Press every button of a recipient's page, many times over."""
        mine = [
            mail for mail in self.fleet.relay.mails
            if f"@known-{HOSTILE.domain}" in str(mail["X-Envelope-To"])
        ][-20:]  # fmt: skip
        if not mine:
            raise TimeoutError
        link = path_of(link_in(random.choice(mine), "m"))  # noqa: S311
        robot = browser_of(self.fleet, HOSTILE.address(random.randrange(750, 770)))  # noqa: S311
        for button in ("wrong-number", "right-number", "code", "verify", "device", "reply"):
            robot.open(link)
            robot.post(f"{link}{button}/", code=random.choice(["wrong", CODE, PASSWORD]))  # noqa: S311


def _say_more(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.send(b"x")
