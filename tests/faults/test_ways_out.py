"""The relay loses the line, the SMS service is away: nothing is lost, and nobody is told a tale."""

import pytest

from tests.faults.conftest import Look
from tests.faults.fleet import Fleet
from tests.faults.guests import Guest, new_guest
from tests.faults.killing import Killed
from tests.faults.mails import SECRET, complete_mails, handing_in, incomplete_mails
from tests.faults.relay import Outlet
from tests.faults.rows import let_time_pass
from tests.product import wait_for

pytestmark = pytest.mark.slow

MOODS = {"+31636363701": "500", "+31636363702": "429", "+31636363703": "hangs up",
         "+31636363704": "silent"}  # fmt: skip
NOT_YET = "We could not send the SMS yet"
PUT_OFF = ["421 4.3.0 closing", "450 4.2.0 later", "451 4.3.0 trouble", "452 4.3.1 no room"]


def every_code_came(fleet: Fleet, guests: list[Guest]) -> bool:
    """Let the waits for the next try end; tell whether each has a text."""
    let_time_pass(fleet, Killed().at)
    fleet.sweep()
    return all(jan.texts for jan in guests)


def test_a_line_that_is_lost_in_the_data_costs_no_mail(
    fleet: Fleet, outlet: Outlet, wrong: Look
) -> None:
    mails = complete_mails("cut-out", 4) + incomplete_mails("cut-in", 2)
    outlet.moods.early_cuts = outlet.moods.cuts = outlet.moods.late_cuts = 2
    killed = Killed()
    killed.names.update({"the line in the data": 4, "the relay's 250": 2})

    with handing_in(fleet, mails, seconds=0):
        pass

    assert wrong("the relay loses the line in DATA", mails, killed) == []
    assert (outlet.moods.early_cuts, outlet.moods.cuts, outlet.moods.late_cuts) == (0, 0, 0)


def test_a_relay_that_puts_mails_off_after_the_data_gets_them_later(
    fleet: Fleet, outlet: Outlet, wrong: Look
) -> None:
    mails = complete_mails("put-off", 3)
    outlet.moods.data_answers = list(PUT_OFF)

    with handing_in(fleet, mails, seconds=0):
        pass

    assert wrong("421, 450, 451, 452 after DATA", mails) == []
    assert outlet.moods.data_answers == []


def test_a_code_comes_when_the_sms_service_is_back_and_the_page_says_so(fleet: Fleet) -> None:
    guests = [new_guest(fleet, f"sms-{number}", number) for number in MOODS]
    fleet.gateway.moods = dict(MOODS)

    asked = [jan.ask() for jan in guests]
    wait_for("pages that say so", lambda: all(jan.reads(NOT_YET) for jan in guests))
    before = [jan.texts for jan in asked]
    fleet.gateway.moods = {}
    wait_for("the codes", lambda: every_code_came(fleet, guests))

    assert before == [[], [], [], []]
    assert [SECRET in jan.type_code() for jan in guests] == [True] * 4
    assert [len(jan.texts) for jan in guests] == [1] * 4
