"""How long something takes."""

import time
from collections.abc import Callable


def seconds_of(work: Callable[[], object]) -> float:
    """Do some work; return how long it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
