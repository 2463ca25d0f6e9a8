"""What a call may cost: processor time, of which neighbours on the machine use up nothing."""

import time
from collections.abc import Callable

# Seconds. What we look for grows with the square of its input, and takes minutes on the inputs that
# these tests choose; the right way takes less than one on an old machine.
GENEROUS = 8.0


def effort(call: Callable[[], object]) -> float:
    """Return the seconds of processor time that this thread needs for a call."""
    began = time.thread_time()
    call()
    return time.thread_time() - began
