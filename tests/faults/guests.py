"""A recipient who reads, and does not give up when a page is away."""

import re
from contextlib import suppress

import requests

from tests.faults.fleet import Fleet
from tests.faults.mails import Handed, handing_in, mail_with_number
from tests.faults.rows import database
from tests.product import Person, link_in, wait_for

MINUTE_AGO = "UPDATE delivery_challenge SET last_sent_at = last_sent_at - interval '1 minute'"


class Guest:
    """The first recipient of a mail, who is verified by SMS."""

    def __init__(self, fleet: Fleet, mail: Handed, number: str) -> None:
        self._fleet, self._number = fleet, number
        address = mail.recipients[0]
        letters = wait_for("the mail with the link", lambda: fleet.relay.to(address))
        self.link = link_in(letters[-1], "m")
        self.browser: Person = fleet.person()
        self.browser.open(self.link)

    @property
    def texts(self) -> list[str]:
        """The texts that came to the number, oldest first."""
        return self._fleet.gateway.to(self._number)

    def ask(self) -> "Guest":
        """Ask for a code, not too soon after the last one."""
        with database(self._fleet) as run:
            run(MINUTE_AGO)
        with suppress(requests.RequestException):
            self.browser.open(self.link)
            self.browser.post(f"{self.link}code/")
        return self

    def asked(self) -> "Guest":
        """Ask for a code, and get it."""
        before = len(self.texts)
        self.ask()
        wait_for("a text", lambda: self.texts[before:])
        return self

    def reads(self, words: str) -> bool:
        """Look at the page again; tell whether it says this."""
        return words in self.browser.open(self.link).text

    def type_code(self) -> str:
        """Type the code of the last text; return the page, "" when the site went away."""
        (code, *_) = re.findall(r"\b\d{6}\b", self.texts[-1])
        try:
            self.browser.open(self.link)
            page = self.browser.post(f"{self.link}verify/", code=code).text
            return page + self.browser.open(f"{self.link}body/").text
        except requests.RequestException:
            return ""


def new_guest(fleet: Fleet, name: str, number: str) -> Guest:
    """Return a recipient whose number stands in the mail that is handed in now."""
    mail = mail_with_number(name, number)
    with handing_in(fleet, [mail], seconds=0):
        pass
    return Guest(fleet, mail, number)
