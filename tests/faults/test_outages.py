"""What zivweb leans on goes away for a while: mail waits, and goes out once when it is back."""

import re
import time

import pytest

from tests.faults.broker import broker_dead, broker_hanging
from tests.faults.conftest import Look
from tests.faults.fleet import Fleet
from tests.faults.mails import ANNA, Handed, complete_mails, handing_in, incomplete_mails
from tests.faults.outcome import copies
from tests.faults.relay import Outlet
from tests.product import wait_for

pytestmark = pytest.mark.slow

REFUSED = "550 5.1.1 no such person"
NOT_NOW = "451 4.7.1 come back later"


def hand_in(fleet: Fleet, mails: list[Handed]) -> None:
    """Hand the mails in one after the other; each is taken when this is over."""
    for one in mails:
        with handing_in(fleet, [one], seconds=0):
            pass


def wait_for_page(fleet: Fleet, folder: str, one: Handed, words: str) -> str:
    """Wait until the page that the sender's list ("/" or "/sent/") leads to says this."""
    anna = fleet.person().sign_in(ANNA, folder)

    def look() -> str | None:
        fleet.sweep()
        anna.open(folder)
        row = re.search(rf'href="(/\w+/\d+/)"(?:(?!</a>).)*{one.subject}', anna.page, re.DOTALL)
        anna.open(row.group(1) if row else folder)
        page = " ".join(re.sub(r"<[^>]+>", " ", anna.page).split())
        return page if words in page else None

    return wait_for(f"{words} on the page of {one.subject}", look)


def test_mail_is_taken_while_the_broker_is_dead(fleet: Fleet, wrong: Look) -> None:
    mails = complete_mails("dead-out", 2) + incomplete_mails("dead-in", 1)

    with broker_dead(fleet):
        hand_in(fleet, mails)

    assert wrong("the broker dead", mails) == []


def test_mail_is_taken_while_the_broker_hangs(fleet: Fleet, wrong: Look) -> None:
    mails = complete_mails("hang-out", 2) + incomplete_mails("hang-in", 1)

    with broker_hanging(fleet):
        hand_in(fleet, mails)

    assert wrong("the broker hanging", mails) == []


def test_mail_waits_for_a_relay_that_is_down(fleet: Fleet, outlet: Outlet, wrong: Look) -> None:
    mails = complete_mails("down-out", 2) + incomplete_mails("down-in", 1)

    outlet.down()
    hand_in(fleet, mails)
    time.sleep(1)
    outlet.up()

    assert wrong("the relay down", mails) == []


def test_a_recipient_that_the_relay_puts_off_gets_the_mail_later(
    fleet: Fleet, outlet: Outlet, wrong: Look
) -> None:
    mails = complete_mails("later", 1)
    late, other = mails[0].recipients

    outlet.moods.answers = {late: NOT_NOW}
    hand_in(fleet, mails)
    wait_for("the other recipient's mail", lambda: copies(fleet, other))
    before = copies(fleet, late)
    outlet.moods.answers = {}

    assert before == {}
    assert wrong("a recipient put off (451)", mails) == []


def test_a_refused_recipient_stands_on_the_page_of_the_message(
    fleet: Fleet, outlet: Outlet
) -> None:
    (mail,) = complete_mails("refused", 1)
    outlet.moods.answers = {mail.recipients[0]: REFUSED}

    hand_in(fleet, [mail])
    page = wait_for_page(fleet, "/sent/", mail, "550 5.1.1")

    assert page.index(mail.recipients[0]) < page.index("550 5.1.1")
    assert [len(copies(fleet, each)) for each in mail.recipients] == [0, 1]


def test_a_refused_notice_stands_on_the_page_of_the_draft(fleet: Fleet, outlet: Outlet) -> None:
    (mail,) = incomplete_mails("untold", 1)
    outlet.moods.answers = {ANNA: REFUSED}

    hand_in(fleet, [mail])

    assert wait_for_page(fleet, "/", mail, "(550 5.1.1)")
    assert [len(copies(fleet, each)) for each in mail.recipients] == [0, 0]
