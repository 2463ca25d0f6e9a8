"""Organizations of the soak, and how somebody of them reaches the product.

Every organization has network addresses of its own (all of 127.0.0.0/8 is this machine), since what
one address may do has caps, and goes to the processes themselves: a balancer would hide it.
"""

import json
import random
import smtplib
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from requests.adapters import HTTPAdapter

from tests.faults.fleet import Fleet
from tests.product import ROOT, Person

MARK = "Nachtschade"  # stands in everything that the hostile organization has and sends
CODE = "kwikstaart-71"
PASSWORD = "a password of the soak"
MAKE = """
import json, sys
import django
django.setup()
from accounts.actions import create_organization
from accounts.models import User
from accounts.policy import ORGANIZATION, Policy
from contacts.actions import save_contact
from contacts.entries import ContactEntry
for town in json.loads(sys.argv[1]):
    made = create_organization(town["name"], [town["domain"]], policy=Policy(keep_signed_in_days=1))
    for role, name in ((User.Role.ADMIN, "admin"), (User.Role.SENDER, "sender")):
        person = User.objects.create_user(f"{name}@{town['domain']}", town["password"],
            name=f"{town['name']} {name}", role=role, language="en", organization=made)
        if name == "admin":
            save_contact(person, ContactEntry(book=ORGANIZATION, address=f"@known-{town['domain']}",
                name=town["name"], code=town["code"]))
"""


@dataclass(frozen=True)
class Town:
    """An organization; `net` is the third number of its addresses."""

    name: str
    net: int

    @property
    def domain(self) -> str:
        """Its mail domain."""
        return f"{self.name.lower()}.example"

    @property
    def sender(self) -> str:
        """Somebody who sends."""
        return f"sender@{self.domain}"

    @property
    def admin(self) -> str:
        """Who manages it."""
        return f"admin@{self.domain}"

    def address(self, number: int = 1) -> str:
        """Return one of its network addresses."""
        return f"127.{64 + self.net}.{number // 250}.{number % 250 + 1}"

    def known(self, name: str) -> str:
        """Return a recipient whose access code its book has."""
        return f"{name}@known-{self.domain}"


GOOD = [Town("Alder", 1), Town("Birch", 2), Town("Cedar", 3)]
HOSTILE = Town(MARK, 4)


class From(HTTPAdapter):
    """Asks from a network address."""

    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """Connect from it."""
        super().init_poolmanager(*args, **more, source_address=(self._source, 0))


def found_towns(fleet: Fleet) -> None:
    """Make the organizations."""
    towns = [
        {"name": town.name, "domain": town.domain, "password": PASSWORD, "code": CODE}
        for town in (*GOOD, HOSTILE)
    ]
    environment = fleet.environment | {"PYTHONPATH": ""}
    command = [sys.executable, "-c", MAKE, json.dumps(towns)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)


def browser_of(fleet: Fleet, source: str) -> Person:
    """Return somebody at a browser at this network address."""
    web = random.choice(fleet.of("web"))  # noqa: S311
    person = Person(f"http://127.0.0.1:{web.http}")
    person.session.headers["Host"] = f"127.0.0.1:{fleet.http}"
    person.session.mount("http://", From(source))
    return person


def signed_in(fleet: Fleet, town: Town, address: str, source: str) -> Person:
    """Return somebody who signed in."""
    person = browser_of(fleet, source)
    response = person.open("/account/login/")
    person.post(response.url, login=address, password=PASSWORD)
    assert "account/login" not in person.session.get(f"{person.base}/", timeout=90).url, town
    return person


def path_of(link: str) -> str:
    """Return the path of a link in a mail, which leads to the balancer."""
    return "/" + link.split("/", 3)[3]


def connected(fleet: Fleet, town: Town) -> smtplib.SMTP:
    """Return a connection of a mail client that signed in."""
    smtp = random.choice(fleet.of("smtp"))  # noqa: S311
    client = smtplib.SMTP("127.0.0.1", smtp.smtp, timeout=90, source_address=(town.address(), 0))
    client.login(town.sender, PASSWORD)
    return client
