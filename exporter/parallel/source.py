"""The model file, as each process finds and opens it."""

import hashlib
import socket
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from exporter.planning.plan import Plan
from exporter.planning.recipe import Recipe
from exporter.reading.formats import open_model
from exporter.reading.model_file import sha256_of
from queries.core.temporary import temporary_errors, temporary_folder
from queries.errors import GraphError

_MOST_PLANS: Final = 2
"""How many models a process keeps open, for loads that share workers."""


@dataclass(frozen=True)
class ModelSource:
    """What a process opens and plans; it can be sent to other processes.

    Parameters
    ----------
    path
        The absolute path of the file, which other machines may not have.
    sha256
        Its SHA-256, in hexadecimal.
    recipe
        What is loaded of it.
    """

    path: Path
    sha256: str
    recipe: Recipe

    def is_readable(self) -> bool:
        """Tell whether this process finds that very file under its path."""
        try:
            return sha256_of(self.path) == self.sha256
        except OSError:
            return False


_opening: Final = Lock()
_plans: Final[dict[ModelSource, Plan]] = {}


def plan_of(source: ModelSource, content: bytes | None) -> Plan:
    """Open a model and plan its load, once in this process.

    Parameters
    ----------
    source
        What to open.
    content
        The bytes of the file, where they were shipped for processes that do not find it.

    Raises
    ------
    GraphError
        If this process does not find the file, and it was not shipped.
    NeurongraphError
        If the model cannot be opened or planned here.
    """
    # A worker may run several tasks at once, in threads.
    with _opening:
        if source not in _plans:
            while len(_plans) >= _MOST_PLANS:
                del _plans[next(iter(_plans))]
            _plans[source] = _open(source, content)
        return _plans[source]


def _open(source: ModelSource, content: bytes | None) -> Plan:
    if source.is_readable():
        return _plan(source.path, source.recipe)
    if content is None or hashlib.sha256(content).hexdigest() != source.sha256:
        raise GraphError(
            f"a worker on {socket.gethostname()} does not find {source.path}, or another file "
            "there; put the model where all workers see it, or start them before the load, which "
            "then ships it"
        )
    with temporary_folder() as folder:
        file = folder / f"model{source.path.suffix}"
        with temporary_errors():
            file.write_bytes(content)
        return _plan(file, source.recipe)


def _plan(path: Path, recipe: Recipe) -> Plan:
    return recipe.plan(open_model(path, partial=recipe.partial))
