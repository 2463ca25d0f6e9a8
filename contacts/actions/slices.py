"""Imports take turns: each organization's gets a slice, then the next one's."""

import threading
import time
from collections.abc import Iterator
from typing import Final

from contacts import states
from contacts.actions.runs import due_runs, steps
from contacts.models import ImportRun

SLICE: Final = 0.5  # seconds; the batch that is being worked at then is ended first
FILES: Final = 3  # open at once: each has a process that reads it, and the addresses seen in it

opened: dict[int, Iterator[ImportRun]] = {}
checking: set[int] = set()
_lock = threading.Lock()


def take_turn() -> bool:
    """Work for a slice at the import that waited longest; False when there is nothing to do.

    What is begun goes on in this process: of a file that is being checked it knows the place.
    """
    with _lock:
        _forget_ended()
        return any(_work_slice(run_id) for run_id in due_runs(opened) if _has_room(run_id))


def _forget_ended() -> None:
    """Close the imports that another worker has brought to an end."""
    goes_on = ImportRun.objects.filter(pk__in=opened, state__in=states.WORKING)
    for run_id in opened.keys() - set(goes_on.values_list("pk", flat=True)):
        del opened[run_id]
        checking.discard(run_id)


def _has_room(run_id: int) -> bool:
    if run_id in opened or len(checking) < FILES:
        return True
    return not ImportRun.objects.filter(pk=run_id, state=states.CHECKING).exists()


def _work_slice(run_id: int) -> bool:
    """Work at an import until its slice or it is over. False when there was nothing to do."""
    ends, worked = time.monotonic() + SLICE, run_id in opened
    going = opened.pop(run_id, None) or steps(run_id)
    checking.discard(run_id)
    for run in going:
        worked = True
        if time.monotonic() > ends:
            opened[run_id] = going
            checking.update([run_id] if run.state == states.CHECKING else [])
            break
    return worked
