"""A sender who finishes drafts on the web, and does not give up when the site is away."""

import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests

from tests.faults.mails import ANNA, PATIENCE, PAUSE, Handed
from tests.faults.rows import states_of_drafts
from tests.product import Person, Product, link_in

NUMBER = "06 36363636"
SEND = re.compile(r'action="(/drafts/\d+/send/)"')
ROW = re.compile(r'class="row" href="(/drafts/\d+/)"')
DONE = {"sending", "sent"}
HANDS = 3  # browsers that finish at the same time
WITHOUT_NOTICE = 5.0  # seconds: one notice names twenty mails at most; the list has all


@contextmanager
def finishing(product: Product, mails: Sequence[Handed]) -> Iterator[None]:
    """Finish, meanwhile, the drafts that should be; at the end each was sent."""
    wanted = [one for one in mails if one.finished]

    def finish_every(first: int) -> None:
        anna = product.person()
        for one in wanted[first::HANDS]:
            finish(product, anna, one)

    with ThreadPoolExecutor(HANDS) as pool:
        futures = [pool.submit(finish_every, first) for first in range(HANDS)]
        yield
        for future in futures:
            future.result()


def finish(product: Product, anna: Person, one: Handed) -> None:
    """Open the newest notification, fill in the number and press Send, until it was sent.

    A mail that no notification names is looked for in the list of drafts.
    """
    assert one.accepted.wait(PATIENCE), f"{one.subject} was not taken"
    begun = time.monotonic()
    ends = begun + PATIENCE
    while not DONE & set(states_of_drafts(product)[one.recipients[0]]):
        assert time.monotonic() < ends, f"{one.subject} could not be finished"
        notices = product.relay.about(ANNA, one.subject)
        try:
            links = [link_in(mail, "finish", one.subject) for mail in notices]
            if not links and time.monotonic() > begun + WITHOUT_NOTICE:
                links = _rows_of(anna, one.recipients[0])
            _try_once(anna, one, links)
        except requests.RequestException:
            time.sleep(PAUSE)


def _rows_of(anna: Person, address: str) -> list[str]:
    page = anna.open(f"/?q={address}")
    if "login" in page.url:
        anna.post(page.url, login=ANNA, password="demo")
    return ROW.findall(anna.page)


def _try_once(anna: Person, one: Handed, links: Sequence[str]) -> None:
    if not links:
        time.sleep(PAUSE)
        return
    page = anna.open(links[-1])
    if "login" in page.url:
        anna.post(page.url, login=ANNA, password="demo")
    form = SEND.search(anna.page)
    if form:
        anna.post(form.group(1), **{anna.field_of(one.recipients[0]): NUMBER})
