"""kill -9 of any process at any moment: what got its 250 is not lost, and not sent twice.

`make faults` does the same for longer: ZIVWEB_FAULT_ROUNDS kills.
"""

import os

import pytest

from tests.faults.conftest import Look
from tests.faults.finishing import finishing
from tests.faults.fleet import Fleet
from tests.faults.killing import kill_after_250, kill_at_random, killing_at_the_relay
from tests.faults.mails import complete_mails, handing_in, incomplete_mails
from tests.faults.relay import Outlet

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("ZIVWEB_FAULT_ROUNDS", "14"))
EVERY = 0.7  # seconds between two kills: as long as two cores need to start what was killed


def test_nothing_is_lost_or_doubled_when_processes_are_killed(
    fleet: Fleet, outlet: Outlet, wrong: Look, seed: int
) -> None:
    outlet.moods.pause = 0.03
    mails = complete_mails("out", 3 * ROUNDS) + incomplete_mails("in", ROUNDS // 2)
    mails[: 2 * ROUNDS : 4] = incomplete_mails("web", ROUNDS // 2, finished=True)

    with finishing(fleet, mails), handing_in(fleet, mails, seconds=EVERY * ROUNDS):
        killed = kill_at_random(fleet, seed, count=ROUNDS, every=EVERY)

    assert wrong(f"any process killed (seed {seed})", mails, killed) == []


def test_a_mail_outlives_servers_that_die_with_its_250(fleet: Fleet, wrong: Look) -> None:
    mails = complete_mails("250-out", 1) + incomplete_mails("250-in", 1)

    _ = [kill_after_250(fleet, one) for one in mails]  # type: ignore[func-returns-value]

    assert wrong("SMTP servers killed at their 250", mails) == []


def test_a_mail_that_the_relay_has_comes_once_more_at_most(
    fleet: Fleet, outlet: Outlet, wrong: Look
) -> None:
    mails = complete_mails("relay-out", 3) + incomplete_mails("relay-in", 1)

    with (
        killing_at_the_relay(fleet, outlet, times=2) as killed,
        handing_in(fleet, mails, seconds=0),
    ):
        pass

    assert wrong("senders killed at the relay's 250", mails, killed) == []
