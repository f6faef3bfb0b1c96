"""Refuse a model file, or the layers of it that cannot be wired, named all together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from queries.errors import ModelFileError, NeurongraphError, UnsupportedLayerError
from queries.terminal import printable

_LONGEST: Final = 300


@dataclass(frozen=True)
class Refusal:
    """A layer that cannot be wired, and why."""

    name: str
    class_name: str
    reason: str

    def __str__(self) -> str:
        return printable(f"{self.name} ({self.class_name}: {self.reason})")


def raise_unsupported(path: Path, refused: Sequence[Refusal]) -> None:
    """Raise UnsupportedLayerError where layers are refused."""
    if refused:
        raise UnsupportedLayerError(
            f"{path}: {len(refused)} layer{'s' * (len(refused) > 1)} cannot be wired: "
            + ", ".join(map(str, refused))
        )


@contextmanager
def refusing(path: Path, why: str) -> Iterator[None]:
    """Turn whatever goes wrong into ModelFileError: what a file makes readers raise is anybody's.

    Parameters
    ----------
    path
        The model file.
    why
        What the message says before the reason.
    """
    try:
        yield
    except NeurongraphError:
        raise
    except Exception as error:
        # Keras puts a layer's whole configuration before the reason.
        said = str(error).rpartition("Exception encountered: ")[2].strip().splitlines()
        reason = said[0] if said else "no reason given"
        raise ModelFileError(
            printable(f"{path}: {why}: {type(error).__name__}: {reason[:_LONGEST]}")
        ) from error
