"""Which load a model belongs to while it is being written."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from exporter.sinks.entries import BLOCKS
from queries.errors import GraphLockedError


def blocks_of(key: str) -> str:
    """Return what the marks of a model's blocks have as ``model``, given the model's key."""
    return key + BLOCKS


@dataclass(frozen=True)
class Ownership:
    """A mark on the model's node that each transaction of its load looks for.

    Of two loads of one model the later one puts its own mark there; the earlier one then finds
    that it has lost the model, before it writes anything more.

    Parameters
    ----------
    location
        The URI of the server.
    name
        The name of the model while it is loaded.
    key
        What its neurons and layers have as their property ``model``.
    load
        The mark.
    """

    location: str
    name: str
    key: str
    load: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def blocks(self) -> str:
        """What the marks of its blocks have as their property ``model``."""
        return blocks_of(self.key)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters ``name``, ``load`` and ``model`` of statements."""
        return {"name": self.name, "load": self.load, "model": self.key}

    def require(self, owned: bool) -> None:
        """Raise GraphLockedError where the model is no longer this load's."""
        if not owned:
            raise GraphLockedError(
                f"another process has begun to load, replace or drop {self.name!r} in "
                f"{self.location}; this load ends, and what it wrote is left to the other one"
            )
