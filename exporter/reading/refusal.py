"""Refuse the layers of a model file that cannot be wired, named all together."""

from collections.abc import Sequence
from dataclasses import dataclass

from queries.core.text import printable
from queries.errors import UnsupportedLayerError


@dataclass(frozen=True)
class Refusal:
    """A layer that cannot be wired, and why."""

    name: str
    class_name: str
    reason: str

    def __str__(self) -> str:
        return printable(f"{self.name} ({self.class_name}: {self.reason})")


def raise_unsupported(refused: Sequence[Refusal]) -> None:
    """Raise UnsupportedLayerError where layers are refused."""
    if refused:
        raise UnsupportedLayerError(
            f"{len(refused)} layer{'s' * (len(refused) > 1)} cannot be wired: "
            + ", ".join(map(str, refused))
        )
