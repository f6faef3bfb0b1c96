"""Room among what is kept of a graph for later questions."""

from typing import Any


def make_room(values: dict[Any, Any], most: int) -> None:
    """Take the oldest values away until there is room for one more.

    Parameters
    ----------
    values
        What is kept, the oldest first.
    most
        How many there may be.
    """
    while len(values) >= most:
        # Another thread may have taken it away.
        values.pop(next(iter(values)), None)
