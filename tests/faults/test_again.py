"""Tasks that come again and again, late and in any order: each thing is done once."""

import random
from collections.abc import Iterator

import pytest

from tests.faults.conftest import Look
from tests.faults.finishing import finishing
from tests.faults.fleet import Fleet
from tests.faults.mails import complete_mails, handing_in, incomplete_mails
from zivweb.celery import BEAT

pytestmark = pytest.mark.slow

SENDING = ("drafts.tasks.release_due", "notifications.tasks.send_due")


def storm(seed: int, each: int, of_sending: int) -> Iterator[tuple[str, float]]:
    """Yield tasks in any order, and how many seconds later than now each is to run."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    names = list(BEAT) * each + list(SENDING) * of_sending
    chance.shuffle(names)
    for name in names:
        yield name, chance.choice([0, 0, 0.5, chance.uniform(0, 4)])


def deliver(fleet: Fleet, seed: int) -> int:
    """Have every task come eight times, and those that send fifty times; return how many came."""
    tasks = list(storm(seed, 8, 42))
    for name, later in tasks:
        fleet.send_task(name, countdown=later)
    return len(tasks)


def test_tasks_that_come_fifty_times_late_and_in_any_order_send_once(
    fleet: Fleet, wrong: Look, seed: int
) -> None:
    mails = complete_mails("again-out", 8) + incomplete_mails("again-in", 4)
    mails += incomplete_mails("again-web", 3, finished=True)

    with finishing(fleet, mails), handing_in(fleet, mails[::-1], seconds=2):
        came = deliver(fleet, seed)
    came += deliver(fleet, seed + 1)

    assert wrong(f"{came} tasks again, out of order", mails) == []
