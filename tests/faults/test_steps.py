"""A process dies at a named step (RELIABILITY.md, 3.1, K1 to K14), and the mails are right after.

The steps themselves stand in `failing/sitecustomize.py`: the product holds none of it.
"""

import json

import pytest
import requests

from tests.faults.conftest import Look
from tests.faults.finishing import finish
from tests.faults.fleet import Fleet
from tests.faults.guests import new_guest
from tests.faults.killing import Killed
from tests.faults.mails import (
    CROWD,
    SECRET,
    Handed,
    complete_mails,
    handing_in,
    incomplete_mails,
)
from tests.faults.rows import count_mails, wait_until_quiet
from tests.product import wait_for

pytestmark = pytest.mark.slow


def handed_in(fleet: Fleet, mails: list[Handed], **steps: str) -> Killed:
    """Hand mails in with steps armed; return what died, when all of them were reached."""
    killed = Killed()
    for step, what in steps.items():
        fleet.arm(step, what)
    with handing_in(fleet, mails, seconds=0, clients=min(len(mails), CROWD)):
        pass
    for step, what in steps.items():
        fleet.wait_for_strike(step)
        killed.names[f"{what} at {step}"] += 1
    killed.note("outbound", fleet)
    return killed


def synced(fleet: Fleet, key: str, address: str) -> str:
    """Have another system send a contact; return what became of it, "" when the site went away."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    wait_for("the site", lambda: fleet.of("web")[0].answers() and fleet.of("web")[1].answers())
    try:
        contact = {"email": address, "name": "Jan", "phones": ["+31636363614"]}
        url, body = f"{fleet.base}/api/v1/contacts", json.dumps({"contacts": [contact]})
        told = requests.post(url, body, headers=headers, timeout=90)
    except requests.RequestException:
        return ""
    return str(told.json()["results"][0]["result"])


def both(name: str) -> list[Handed]:
    """Return a mail that goes out, and one that is held."""
    name = name.lower()
    return complete_mails(f"{name}-out", 1) + incomplete_mails(f"{name}-in", 1)


def crowd(name: str) -> list[Handed]:
    """Return mails for as many connections as a busy server has: most of them go out."""
    name = name.lower()
    return complete_mails(f"{name}-out", CROWD - 8) + incomplete_mails(f"{name}-in", 8)


@pytest.mark.parametrize("step", ["K1", "K2", "K3"])
def test_a_server_that_dies_around_its_commit_loses_and_doubles_nothing(
    fleet: Fleet, wrong: Look, step: str
) -> None:
    mails = crowd(step)

    killed = handed_in(fleet, mails, **{step: "kill"})

    assert wrong(f"{step}: SMTP server dies, {CROWD} connections", mails, killed) == []


def test_a_server_that_dies_after_its_250_and_woke_nobody_loses_nothing(
    fleet: Fleet, wrong: Look
) -> None:
    mails = crowd("K4")

    killed = handed_in(fleet, mails, wake="raise", K4="kill")

    assert wrong("K4: SMTP server dies, nobody was woken", mails, killed) == []


def test_nothing_is_stored_by_a_server_that_dies_before_its_commit(fleet: Fleet) -> None:
    (mail,) = complete_mails("k2-doubt", 1)
    before = count_mails(fleet)

    handed_in(fleet, [mail], K2="kill")

    assert (mail.in_doubt, count_mails(fleet) - before) == (1, 1)


@pytest.mark.parametrize("step", ["K5", "K6"])
def test_a_sender_that_dies_among_many_mails_loses_and_doubles_nothing(
    fleet: Fleet, wrong: Look, step: str
) -> None:
    mails = crowd(step)

    killed = handed_in(fleet, mails, **{step: "kill"})

    assert wrong(f"{step}: worker dies, {CROWD} connections", mails, killed) == []


@pytest.mark.parametrize("step", ["K8", "K9", "K10", "judging"])
def test_a_worker_that_dies_between_two_steps_loses_and_doubles_nothing(
    fleet: Fleet, wrong: Look, step: str
) -> None:
    mails = both(step)

    killed = handed_in(fleet, mails, **{step: "kill"})

    assert wrong(f"{step}: worker dies", mails, killed) == []


def test_a_page_that_dies_with_a_number_half_saved_sends_once(fleet: Fleet, wrong: Look) -> None:
    mails = incomplete_mails("k7", 1, finished=True)
    killed = handed_in(fleet, mails)

    fleet.arm("K7", "kill")
    finish(fleet, fleet.person(), mails[0])

    assert fleet.has_struck("K7")
    assert wrong("K7: web dies", mails, killed) == []


def test_an_sms_whose_worker_dies_is_sent_again_only_when_asked_for(fleet: Fleet) -> None:
    jan = new_guest(fleet, "k11", "+31636363611")

    fleet.arm("K11", "kill")
    jan.ask()
    fleet.wait_for_strike("K11")
    wait_until_quiet(fleet, Killed().at)
    by_itself = len(jan.texts)
    jan.asked()

    assert (by_itself, len(jan.texts)) == (1, 2)
    assert SECRET in jan.type_code()


def test_a_code_stays_used_when_its_page_dies(fleet: Fleet) -> None:
    jan = new_guest(fleet, "k12", "+31636363612").asked()

    fleet.arm("K12", "kill")
    pages = [jan.type_code(), jan.type_code()]
    jan.asked()

    assert fleet.has_struck("K12")
    assert [SECRET in page for page in [*pages, jan.type_code()]] == [False, False, True]


def test_a_call_whose_page_dies_is_made_again_with_the_same_result(fleet: Fleet) -> None:
    key = fleet.manage("create_api_key", "zorg.example", "K14").split()[-1]

    fleet.arm("K14", "kill")
    first, *later = [synced(fleet, key, "jan@k14.example") for _ in range(3)]

    assert fleet.has_struck("K14")
    assert (first, later) == ("", ["same", "same"])
