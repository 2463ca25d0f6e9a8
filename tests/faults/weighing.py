"""How much memory each process takes while something goes on, at most."""

import threading
from contextlib import suppress
from pathlib import Path

from tests.faults.fleet import Fleet

EVERY = 2.0  # seconds
PROGRAM = b"flow.reader_child"


class Scales:
    """Weighs every process of a fleet now and then: its share of memory (PSS), in MB, by role."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self.most: dict[str, float] = {}

    def __enter__(self) -> "Scales":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End."""
        self._over.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._over.wait(EVERY):
            self.weigh()

    def weigh(self) -> None:
        """Weigh every process once."""
        parents = _parents()
        for member in self._fleet.members:
            if member.process is not None:
                for pid in _family(member.process.pid, parents):
                    self._note(member.role, pid)

    def _note(self, role: str, pid: int) -> None:
        with suppress(OSError, ValueError):
            place = Path(f"/proc/{pid}")
            command = (place / "cmdline").read_bytes()
            name = f"{role}: reader" if PROGRAM in command else role
            lines = (place / "smaps_rollup").read_text().splitlines()
            size = next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
            self.most[name] = max(self.most.get(name, 0.0), size)


def _parents() -> dict[int, int]:
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            with suppress(OSError):
                words = (place / "stat").read_text().rpartition(")")[2].split()
                found[int(place.name)] = int(words[1])
    return found


def _family(pid: int, parents: dict[int, int]) -> set[int]:
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family
