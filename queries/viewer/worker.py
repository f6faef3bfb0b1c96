"""One thread that asks the graph, so that the server goes on answering meanwhile."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """A thread that runs what it is given, one after the other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="neurongraph-view")

    def run(self, work: Callable[[], T]) -> "Future[T]":
        """Run something when its turn comes."""
        return self._pool.submit(work)

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Run something when its turn comes, and hand on in that thread what came of it."""

        def ended(future: "Future[T]") -> None:
            if future.cancelled():
                return
            error = future.exception()
            if error is None:
                done(future.result())
            else:
                failed(error)

        self.run(work).add_done_callback(ended)

    def close(self) -> None:
        """Drop what has not begun, and wait for what has."""
        self._pool.shutdown(wait=True, cancel_futures=True)
