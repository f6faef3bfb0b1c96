"""Work shared among threads; NumPy lets go of Python's lock while it computes."""

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def each_in_threads(work: Callable[[Item], None], items: Iterable[Item]) -> None:
    """Call a function with each item, on all cores.

    Items are made while others are worked at, and only so many as are soon needed: they may be
    large.
    """
    workers = os.cpu_count() or 1
    begun: deque[Future[None]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="neurongraph-layer") as pool:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) > workers:
                begun.popleft().result()
        for each in begun:
            each.result()
