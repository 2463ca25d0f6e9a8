"""Every process is stopped and started again, machine by machine, under load: nobody notices."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.faults.conftest import Look
from tests.faults.fleet import Fleet
from tests.faults.killing import Killed
from tests.faults.mails import ANNA, complete_mails, handing_in, incomplete_mails

pytestmark = pytest.mark.slow

READERS = 3


@contextmanager
def reading(fleet: Fleet) -> Iterator[list[str]]:
    """Have people read and post meanwhile, without a pause; yield what failed and what did not."""
    over, answers = threading.Event(), list[str]()

    def read() -> None:
        anna = fleet.person().sign_in(ANNA)
        anna.session.headers["Connection"] = "close"  # as from a reverse proxy
        while not over.wait(0.02):
            try:
                anna.open("/contacts/new/")
                refused = anna.post("/contacts/new/", address="no address", phone="1")
                answers.append(f"{refused.status_code}")
                answers.append(f"{anna.open('/').status_code}")
            except requests.RequestException as error:
                answers.append(type(error).__name__)

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    yield answers
    over.set()
    for thread in threads:
        thread.join()


def test_a_rolling_restart_fails_no_request_and_refuses_no_mail(fleet: Fleet, wrong: Look) -> None:
    mails = complete_mails("roll-out", 60) + incomplete_mails("roll-in", 20)
    before = [member.process for member in fleet.members]

    with reading(fleet) as answers, handing_in(fleet, mails[::-1], seconds=10):
        time.sleep(0.5)
        fleet.restart("one")
        fleet.restart("two")

    assert {first.poll() is None for first in before if first} == {False}
    assert (set(answers), len(answers) > 50) == ({"200", "422"}, True)
    assert wrong(f"rolling restart, {len(answers)} requests", mails, Killed()) == []
    assert [one.subject for one in mails if one.in_doubt] == []
