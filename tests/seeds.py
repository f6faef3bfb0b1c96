"""What a seed and the name of a case decide, whatever else is collected."""

from hashlib import blake2b

import pytest


def seed_of(config: pytest.Config) -> str:
    """Return the seed of a run."""
    return str(config.getoption("--draw-seed"))


def is_drawn(nodeid: str, seed: str, one_in: int) -> bool:
    """Tell whether a case is among those of a seed.

    Parameters
    ----------
    nodeid
        The name of the case.
    seed
        What decides.
    one_in
        Of how many cases about one is drawn.
    """
    return number_of(f"{seed} {nodeid}") % one_in == 0


def number_of(text: str) -> int:
    """Return a number that a text has in every process, unlike its `hash`."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
