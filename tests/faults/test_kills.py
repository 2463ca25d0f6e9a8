"""kill -9 of any process at any moment: what got its 250 is not lost, and not sent twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.faults.finishing import finishing
from tests.faults.killing import kill_at_random, kill_everything
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
    """Run a second worker beside the one of `serve`."""
    command = [sys.executable, "-m", "celery", "-A", "zivweb", "worker", "--concurrency", "2"]
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
    mails[:30:5] = incomplete_mails("web", 6, finished=True)

    with finishing(product, mails), handing_in(product, mails, seconds=15):
        killed = kill_at_random(product, seed, rounds=2, every=1.3)

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


def test_two_workers_send_nothing_twice(product: Product, wrong: Wrong) -> None:
    mails = complete_mails("two-out", 24) + incomplete_mails("two-in", 6)

    with another_worker(product):
        with handing_in(product, mails[::-1], seconds=4):
            pass
        problems = wrong("two workers", mails)

    assert problems == []
