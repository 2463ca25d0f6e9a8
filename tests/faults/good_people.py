"""People of good organizations at work: all they do is timed, and what they see is looked at.

What they hand in goes out, or is held, exactly once; nothing of the hostile organization is ever
on a page or in a mail of theirs.
"""

import random
import smtplib
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.faults.fleet import Fleet
from tests.faults.towns import (
    CODE,
    GOOD,
    MARK,
    Town,
    browser_of,
    connected,
    path_of,
    signed_in,
)
from tests.product import Person, a_mail, link_in, text_of, wait_for

SECRET = "The results of"
PAUSE = 0.3
ARRIVES = 90.0  # seconds within which a mail that goes out has to be there


class Refused(OSError):
    """A page said something else than it should."""


@dataclass
class Watch:
    """What was done: by action how long each took, and what failed, was lost, doubled or leaked."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    leaked: list[str] = field(default_factory=list)
    handed_in: list[tuple[str, bool]] = field(default_factory=list)

    @contextmanager
    def timing(self, action: str) -> Iterator[None]:
        """Time an action; note when it fails, and let its person give it up."""
        began = time.monotonic()
        try:
            yield
        except (OSError, smtplib.SMTPException, AssertionError) as error:
            self.failed.append(f"{action}: {type(error).__name__} {str(error)[:200]}")
            raise
        self.took[action].append(time.monotonic() - began)

    def saw(self, action: str, page: str) -> str:
        """Look at a page of a good organization."""
        if MARK in page:
            self.leaked.append(action)
        return page

    @property
    def addresses(self) -> set[str]:
        """Whom they wrote to."""
        return {address for address, _ in self.handed_in}

    @property
    def done(self) -> int:
        """How many actions succeeded."""
        return sum(map(len, self.took.values()))


class Worker:
    """One who sends, and one who receives, for a good organization."""

    def __init__(self, fleet: Fleet, town: Town, watch: Watch, over: float) -> None:
        self.fleet, self.town, self.watch, self.over = fleet, town, watch, over
        self.name = f"{town.name.lower()}-{random.randrange(10**9)}"  # noqa: S311
        self.count = 0

    def sends(self) -> None:
        """Hand mails in until it is over, and have each read by its recipient."""
        self._until_over(self._send_one)

    def looks(self) -> None:
        """Use the pages until it is over."""
        desk = signed_in(self.fleet, self.town, self.town.sender, self.town.address(2))
        self._until_over(lambda: self._look(desk))

    def _until_over(self, act: Callable[[], None]) -> None:
        while time.monotonic() < self.over:
            self.count += 1
            try:
                act()
            except (AssertionError, OSError, smtplib.SMTPException):
                time.sleep(PAUSE)  # it was noted; they go on with the next
            time.sleep(PAUSE)

    def _send_one(self) -> None:
        name = f"{self.name}-{self.count}"
        if self.count % 4 == 3:
            self.hand_in(f"{name}@nobody.example", f"held-{name}", goes_out=False)
        elif self.count % 4 == 1:
            self._send_with_number(name)
        else:
            self._send_known(name)

    def _send_known(self, name: str) -> None:
        address = self.town.known(name)
        self.hand_in(address, name)
        with self.watch.timing("mail is there"):
            link = self._link(address)
        guest = browser_of(self.fleet, self.town.address(10 + self.count))
        self._read(guest, link, name, CODE)

    def _send_with_number(self, name: str) -> None:
        number = f"+316{self.town.net}{random.randrange(10**7):07}"  # noqa: S311
        address = f"{name}@somebody.example"
        block = f"zivver-access-right: {address} sms {number}"
        self.hand_in(address, name, above=f"<!--zivver_headers\n{block}\nzivver_headers-->\n\n")
        with self.watch.timing("mail is there"):
            link = self._link(address)
        guest = browser_of(self.fleet, self.town.address(10 + self.count))
        guest.open(link)
        with self.watch.timing("code by SMS"):
            _fine(guest.post(f"{link}code/"))
            texts = wait_for("a text", lambda: self.fleet.gateway.to(number), ARRIVES)
        code = next(word for word in texts[-1].split() if word.isdecimal() and len(word) == 6)
        self._read(guest, link, name, code)

    def hand_in(self, address: str, name: str, *, above: str = "", goes_out: bool = True) -> None:
        """Hand a mail in; note what has to become of it once it has its 250."""
        mail = a_mail(
            f"About {name}.", address, sender=self.town.sender, text=f"{above}{SECRET} {name}."
        )
        with self.watch.timing("hand a mail in"):
            client = connected(self.fleet, self.town)
            client.send_message(mail)
        self.watch.handed_in.append((address, goes_out))
        client.close()

    def _link(self, address: str) -> str:
        mails = wait_for("the mail", lambda: self.fleet.relay.to(address), ARRIVES)
        return path_of(link_in(mails[0], "m"))

    def _read(self, guest: Person, link: str, name: str, code: str) -> None:
        with self.watch.timing("open a message"):
            self.watch.saw("open a message", _fine(guest.open(link)))
            _fine(guest.post(f"{link}verify/", code=code))
            page = self.watch.saw("a message", _fine(guest.open(f"{link}body/")))
        assert SECRET in page, f"{name} cannot be read"

    def _look(self, desk: Person) -> None:
        for action, path in (
            ("list of drafts", "/"),
            ("sent messages", "/sent/"),
            ("own contacts", f"/contacts/?q={self.name}"),
            ("book of the organization", "/contacts/organization/"),
        ):
            with self.watch.timing(action):
                self.watch.saw(action, _fine(desk.open(path)))
        with self.watch.timing("add a contact"):
            desk.open("/contacts/new/")
            address = f"{self.name}-c{self.count}@example.nl"
            page = _fine(
                desk.post("/contacts/new/", address=address, name="Jan", phone="0612345678")
            )
            self.watch.saw("add a contact", page)


def _fine(response: requests.Response) -> str:
    """Return the page. Raises Refused for one that says something else."""
    if response.status_code != 200:
        raise Refused(f"{response.status_code} at {response.url.partition('?')[0][-40:]}")
    return str(response.text)


def work(fleet: Fleet, seconds: float) -> Watch:
    """Let the people of the good organizations work for so long; return what they saw."""
    watch, over = Watch(), time.monotonic() + seconds
    senders = [Worker(fleet, town, watch, over).sends for town in GOOD]
    lookers = [Worker(fleet, town, watch, over).looks for town in GOOD]
    with ThreadPoolExecutor(len(senders) + len(lookers)) as pool:
        for done in [pool.submit(act) for act in (*senders, *lookers)]:
            done.result()
    return watch


def look_back(fleet: Fleet, watch: Watch) -> tuple[int, int]:
    """Return how many mails were lost, and how many came twice; note what leaked."""
    copies: Counter[str] = Counter()
    for mail in list(fleet.relay.mails):
        address = str(mail["X-Envelope-To"])
        copies[address] += 1
        theirs = any(address.endswith(f"@{town.domain}") for town in GOOD)
        if (theirs or address in watch.addresses) and MARK in f"{mail['Subject']}{text_of(mail)}":
            watch.leaked.append("a mail")
    wanted = {address: int(goes_out) for address, goes_out in watch.handed_in}
    lost = sum(copies[address] < count for address, count in wanted.items())
    doubled = sum(copies[address] > count for address, count in wanted.items())
    return lost, doubled
