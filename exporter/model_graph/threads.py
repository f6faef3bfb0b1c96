"""Work shared among threads; NumPy lets go of Python's lock while it computes."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import chain, islice
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what a function returns for each item, in their order; it is called on all cores.

    Items are made while others are worked at, and only so many as are soon needed: they may be
    large. A single one is worked at by the thread that asks: to begin others takes milliseconds.
    """
    waiting = iter(items)
    ahead = list(islice(waiting, 2))
    # Threads of BLAS beside these would wait for each other, which takes time of the cores.
    with _libraries().limit(limits=1, user_api="blas"):
        if len(ahead) < 2:  # noqa: PLR2004
            # To start a thread takes longer than most small layers do.
            yield from map(work, ahead)
        else:
            yield from _by_pool(work, chain(ahead, waiting))


def _by_pool(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    workers = os.cpu_count() or 1
    begun: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="neurongraph-layer") as pool:
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) > workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


@cache
def limit_blas() -> None:
    """Let BLAS have one thread in this process from now on, beside other tasks."""
    _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> ThreadpoolController:
    """Return the libraries with threads of their own; to look for them takes a while."""
    return ThreadpoolController()
