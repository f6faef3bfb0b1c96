"""Random points of time in a load, from the times at which an undisturbed one did its steps."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.clients import Client, Event


@dataclass(frozen=True)
class Point:
    """So many events of a client, and then so many seconds."""

    events: int
    seconds: float

    def reached_by(self, client: Client) -> bool:
        """Wait until a client has come there; false where it ended before."""
        if not client.until(self.events):
            return False
        time.sleep(self.seconds)
        return True


class Timeline:
    """
    When a client told its events, from the first to the last.

    Points are drawn evenly over its time, but hold for clients of any speed, since they are
    counted in events.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._gaps = [after.at - before.at for before, after in pairwise(events)]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return sum(self._gaps)

    def draw(self, draws: random.Random) -> Point:
        """Draw a point."""
        (event,) = draws.choices(range(len(self._gaps)), weights=self._gaps)
        return Point(event + 1, draws.uniform(0, self._gaps[event]))
