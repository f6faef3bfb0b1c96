"""How many relationships a transaction takes, and how many writers there are."""

from typing import Final

_FIRST_SIZE: Final = 10_000
_SMALLEST_SIZE: Final = 1_000
_MOST_IN_FLIGHT: Final = 160_000
"""Relationships in all open transactions: about 300 MB of a server's heap, 50 MB of ours."""

_SHORTEST, _LONGEST = 0.1, 1.0
"""Seconds between which a transaction is left as it is: each costs something of its own, and a
large one is garbage that the server collects."""

_SLOW_IN_A_ROW: Final = 6
"""How many have to take too long: a checkpoint holds up all that are open, of any size."""

_RELATIONSHIPS_A_SOURCE: Final = 8
"""A transaction pays for each source that it touches, and a wide Dense layer has all of them."""

_FIRST_WRITERS: Final = 2
_MOST_WRITERS: Final = 8
_SECONDS_A_TRIAL: Final = 4.0
_TRIALS_OF_REST: Final = 5
_WORTH_A_WRITER: Final = 1.1
"""How many times as fast one writer more has to be to stay."""


class Pace:
    """Follows what the server takes: size by the time of a transaction, writers by the rate.

    Parameters
    ----------
    size, writers
        Fixed values; None to follow the server.

    Attributes
    ----------
    size
        Relationships a transaction.
    writers
        How many transactions may be open at once.
    """

    def __init__(self, size: int | None, writers: int | None) -> None:
        self._fixed_size, self._fixed_writers = size is not None, writers is not None
        self.writers = writers or _FIRST_WRITERS
        self.size = size or _FIRST_SIZE
        self._most_size = _MOST_IN_FLIGHT
        self._most_writers = _MOST_WRITERS
        self._trial_begun: float | None = None
        self._edges = 0
        self._rate_before = 0.0
        self._trying = False
        self._rest = 0
        self._slow = 0

    def size_for(self, fan_in: float) -> int:
        """Return how many relationships a transaction takes into neurons of some fan-in."""
        if self._fixed_size:
            return self.size
        return max(self.size, min(int(_RELATIONSHIPS_A_SOURCE * fan_in), self._most))

    def done(self, edges: int, seconds: float, now: float) -> None:
        """Take note of a transaction that was committed.

        Parameters
        ----------
        edges, seconds
            How many relationships it wrote, and how long that took.
        now
            The time of the clock, in seconds.
        """
        if not self._fixed_writers:
            self._count(edges, now)
        if self._fixed_size:
            return
        # Of those that were open together each may say the same, of the same size.
        self._slow = self._slow + 1 if seconds > _LONGEST else 0
        if self._slow >= _SLOW_IN_A_ROW:
            self._slow = 0
            self._resize(min(self.size, edges // 2))
        elif seconds < _SHORTEST:
            self._resize(max(self.size, 2 * edges))

    def refused(self) -> None:
        """Take note of a transaction that the server had no memory for."""
        self._most_size = max(_SMALLEST_SIZE, self.size // 2)
        self._most_writers = self.writers = max(1, self.writers // 2)
        self._resize(self._most_size)

    @property
    def _most(self) -> int:
        return min(self._most_size, _MOST_IN_FLIGHT // self.writers)

    def _resize(self, size: int) -> None:
        self.size = max(min(size, self._most), min(_SMALLEST_SIZE, self._most))

    def _count(self, edges: int, now: float) -> None:
        """Add what was written to the trial of this number of writers, and end it in time."""
        if self._trial_begun is None:
            self._trial_begun, self._edges = now, 0
            return
        self._edges += edges
        if now - self._trial_begun >= _SECONDS_A_TRIAL:
            self._judge(self._edges / (now - self._trial_begun))
            self._trial_begun, self._edges = now, 0

    def _judge(self, rate: float) -> None:
        """Keep the last writer if it was worth it, and try one more now and then."""
        faster = rate > self._rate_before * _WORTH_A_WRITER
        self._rate_before = rate
        if self._trying:
            self._trying = False
            if not faster:
                self.writers = max(1, self.writers - 1)
                self._rest = _TRIALS_OF_REST
        elif self._rest:
            self._rest -= 1
        # A server that has just started becomes faster by itself, whatever the writers.
        elif not faster and self.writers < self._most_writers:
            self._trying = True
            self.writers += 1
