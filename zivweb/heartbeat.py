"""A sign of life of each worker, which only a task that really ran can give."""

import math
import time

from django.core.cache import cache

EVERY = 20.0  # seconds
PATIENCE = 90.0  # seconds without a beat after which a worker counts as gone
KEPT = 24 * 3600


def beat(worker: str) -> None:
    """Note that this worker runs tasks."""
    cache.set(_key(worker), time.time(), KEPT)


def age(worker: str) -> float:
    """Return the seconds since the last beat of this worker, infinite when there is none."""
    last = cache.get(_key(worker))
    return math.inf if last is None else max(0.0, time.time() - last)


def _key(worker: str) -> str:
    return f"heartbeat:{worker}"
