"""kill -9 of any process at any moment: what got its 250 is not lost, and not sent twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.faults.finishing import finishing
from tests.faults.killing import (
    kill_after_250,
    kill_at_random,
    kill_everything,
    killing_at_the_relay,
)
from tests.faults.mails import complete_mails, handing_in, incomplete_mails
from tests.faults.relay import Outlet
from tests.product import ROOT, Product

pytestmark = pytest.mark.slow

Wrong = Callable[..., list[str]]


@pytest.fixture(scope="module")
def seed() -> int:
    """Return what decides the moments of the kills; ZIVWEB_TEST_SEED repeats them."""
    return int(os.environ.get("ZIVWEB_TEST_SEED") or time.time())


@contextmanager
def another_worker(product: Product) -> Iterator[None]:
    """Run a worker of every queue beside those of `serve`."""
    celery = [sys.executable, "-m", "celery", "-A", "zivweb"]
    command = [*celery, "worker", "-Q", "celery,outbound", "--concurrency", "2"]
    environment = product.environment | {"ZIVWEB_PROCESS": "worker"}
    with product.log.open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def test_nothing_is_lost_or_doubled_when_children_are_killed(
    product: Product, outlet: Outlet, wrong: Wrong, seed: int
) -> None:
    outlet.moods.pause = 0.03
    mails = complete_mails("out", 40) + incomplete_mails("in", 14)
    mails[:24:4] = incomplete_mails("web", 6, finished=True)

    with finishing(product, mails), handing_in(product, mails, seconds=11):
        killed = kill_at_random(product, seed, rounds=2, every=1.0)

    assert wrong(f"children killed (seed {seed})", mails, killed) == []


def test_nothing_is_lost_or_doubled_when_all_of_serve_is_killed(
    product: Product, wrong: Wrong
) -> None:
    mails = complete_mails("all-out", 14) + incomplete_mails("all-in", 6)

    with handing_in(product, mails[::-1], seconds=4):
        time.sleep(2)
        killed = kill_everything(product)
        product.start()

    assert wrong("serve itself killed", mails, killed) == []


def test_a_mail_outlives_a_server_that_dies_with_its_250(product: Product, wrong: Wrong) -> None:
    mails = complete_mails("250-out", 2) + incomplete_mails("250-in", 1)

    _ = [kill_after_250(product, one) for one in mails]  # type: ignore[func-returns-value]

    assert wrong("SMTP server killed at its 250", mails) == []


def test_a_mail_that_the_relay_has_comes_once_more_at_most(
    product: Product, outlet: Outlet, wrong: Wrong
) -> None:
    mails = complete_mails("relay-out", 3) + incomplete_mails("relay-in", 1)

    with (
        killing_at_the_relay(product, outlet, times=2) as killed,
        handing_in(product, mails, seconds=0),
    ):
        pass

    assert wrong("worker killed at the relay's 250", mails, killed) == []


def test_two_workers_send_nothing_twice(product: Product, wrong: Wrong) -> None:
    mails = complete_mails("two-out", 24) + incomplete_mails("two-in", 6)

    with another_worker(product):
        with handing_in(product, mails[::-1], seconds=2):
            pass
        problems = wrong("two workers", mails)

    assert problems == []
