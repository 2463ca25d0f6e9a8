"""Takes the broker of `serve` away for a while."""

import contextlib
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.product import Product, wait_for


@contextlib.contextmanager
def broker_dead(product: Product) -> Iterator[None]:
    """Kill the broker, and again whenever it comes back."""
    over = threading.Event()

    def keep_dead() -> None:
        while not over.wait(0.02):
            _signal(product, signal.SIGKILL)

    thread = threading.Thread(target=keep_dead)
    thread.start()
    try:
        wait_for("the end of the broker", lambda: not _answers(product))
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def broker_hanging(product: Product) -> Iterator[None]:
    """Let the broker take connections and never answer."""
    _signal(product, signal.SIGSTOP)
    try:
        wait_for("the silence of the broker", lambda: not _answers(product))
        yield
    finally:
        _signal(product, signal.SIGCONT)


def _signal(product: Product, number: signal.Signals) -> None:
    """Send a signal to the broker, if it runs now. Its folder tells which process it is."""
    folder = Path(product.environment["ZIVWEB_DATA_DIR"]) / "broker"
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink() == folder:
                os.kill(int(process.name), number)


def _answers(product: Product) -> bool:
    chosen = Path(product.environment["ZIVWEB_DATA_DIR"]) / "serve.json"
    url = json.loads(chosen.read_text())["broker"]
    with redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
