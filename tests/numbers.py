"""Numbers that a name has by itself, whatever else is collected."""

from hashlib import blake2b


def number_of(name: str) -> int:
    """Return a number that a name has in every process, unlike its `hash`."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest())
