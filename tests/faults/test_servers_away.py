"""PostgreSQL restarts, dies, or has no room: mail is put off with 4xx, and nothing is lost."""

import os
import time
from collections.abc import Callable
from secrets import token_hex

import pytest
import requests

from tests.faults.conftest import Look
from tests.faults.fleet import Fleet
from tests.faults.killing import Killed
from tests.faults.mails import ANNA, Client, Handed, complete_mails, handing_in, incomplete_mails
from tests.product import wait_for

pytestmark = pytest.mark.slow


def mails_while(
    fleet: Fleet, name: str, fault: Callable[[], object]
) -> tuple[list[Handed], Killed]:
    """Hand mails in while something happens to the database; return them and what died."""
    mails = complete_mails(f"{name}-out", 14) + incomplete_mails(f"{name}-in", 6)
    killed = Killed()
    with handing_in(fleet, mails[::-1], seconds=3):
        time.sleep(1)
        fault()
    killed.note("database", fleet)
    return mails, killed


def test_a_database_that_restarts_costs_no_mail(fleet: Fleet, wrong: Look) -> None:
    found: list[tuple[int, str]] = []

    def restart() -> None:
        fleet.database.stop()
        answers = [requests.get(fleet.base + path, timeout=90) for path in ("/healthz", "/")]
        found.extend((one.status_code, one.headers.get("Retry-After", "")) for one in answers)
        fleet.database.start()

    mails, killed = mails_while(fleet, "restart", restart)

    assert wrong("the database restarts", mails, killed) == []
    assert found == [(503, ""), (503, "60")]


def test_a_database_that_is_killed_costs_no_mail(fleet: Fleet, wrong: Look) -> None:
    def crash() -> None:
        fleet.database.kill()
        fleet.database.start()

    mails, killed = mails_while(fleet, "crash", crash)

    assert wrong("the database killed", mails, killed) == []
    anna = fleet.person().sign_in(ANNA)
    assert {anna.open("/").status_code for _ in range(10)} == {200}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_is_told_to_the_client_and_costs_no_mail(fleet: Fleet, wrong: Look) -> None:
    answers: list[str] = []

    def fill() -> None:
        with fleet.database.full():
            answers.extend(answer_to_a_big_mail(fleet) for _ in range(3))

    mails, killed = mails_while(fleet, "full", fill)

    assert wrong("the disk of the database full", mails, killed) == []
    assert answers == ["452 4.3.1"] * 3


def answer_to_a_big_mail(fleet: Fleet) -> str:
    """Hand in a mail for which no room is left; return the codes of the answer."""
    client = Client(fleet)
    wait_for("the SMTP server", client.is_connected)
    (mail,) = complete_mails("big", 1)
    mail.mail.set_content("\n".join([token_hex(500)] * 4000))
    return client.answer_to(mail)
