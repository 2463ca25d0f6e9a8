"""Imports take turns: each organization's gets a slice, then the next one's."""

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from contacts import states
from contacts.actions.runs import due_runs, steps
from contacts.models import ImportRun
from flow.actions import raise_when_away
from flow.slices import SLICE

log = logging.getLogger(__name__)

FILES: Final = 3  # open at once: each has a process that reads it, and the addresses seen in it

# What is begun, each with the time of its last transaction.
opened: dict[int, tuple[Iterator[ImportRun], datetime]] = {}
checking: set[int] = set()
_lock = threading.Lock()


def take_turn() -> bool:
    """Work for a slice at the import that waited longest; False when there is nothing to do.

    What is begun goes on in this process: of a file that is being checked it knows the place.
    """
    with _lock:
        _forget_ended()
        return any(_try_slice(run_id) for run_id in due_runs(opened) if _has_room(run_id))


def _forget_ended() -> None:
    """Close the imports that another worker has ended, or taken over."""
    goes_on = ImportRun.objects.filter(pk__in=opened, state__in=states.WORKING)
    beats = dict(goes_on.values_list("pk", "beat_at"))
    for run_id in [pk for pk, (_going, beat) in opened.items() if beats.get(pk) != beat]:
        del opened[run_id]
        checking.discard(run_id)


def _has_room(run_id: int) -> bool:
    if run_id in opened or len(checking) < FILES:
        return True
    return not ImportRun.objects.filter(pk=run_id, state=states.CHECKING).exists()


def _try_slice(run_id: int) -> bool:
    try:
        return _work_slice(run_id)
    except Exception as error:
        raise_when_away(error)
        log.exception("import:%s failed, the others go on", run_id)
        return True


def _work_slice(run_id: int) -> bool:
    """Work at an import until its slice or it is over. False when there was nothing to do.

    The batch that is being worked at when the slice is over is ended first.
    """
    ends, worked = time.monotonic() + SLICE, run_id in opened
    going = opened.pop(run_id)[0] if run_id in opened else steps(run_id)
    checking.discard(run_id)
    for run in going:
        worked = True
        if time.monotonic() > ends:
            opened[run_id] = going, run.beat_at
            checking.update([run_id] if run.state == states.CHECKING else [])
            break
    return worked
