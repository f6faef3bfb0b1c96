"""The model file, as each process finds and opens it."""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from exporter.planning.plan import Plan
from exporter.planning.recipe import Recipe
from exporter.reading.formats import files_of, open_model, sha256_of_model
from exporter.reading.modules import import_module_of_layers
from exporter.reading.opened_model import OpenedModel
from queries.core.temporary import temporary_errors, temporary_folder
from queries.core.wording import option
from queries.errors import GraphError, ModelFileError, ParameterError

Content = Mapping[str, bytes]
"""The files of a model by their names, each within one folder."""

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
    input_shape
        The shapes of its inputs; empty where the file says them.
    modules
        The modules that register the classes of its layers.
    """

    path: Path
    sha256: str
    recipe: Recipe
    input_shape: tuple[tuple[int, ...], ...] = ()
    modules: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: OpenedModel, recipe: Recipe) -> "ModelSource":
        """Return what opens a model in other processes as it was opened in this one."""
        shapes = tuple(tuple(size or 0 for size in tensor.shape) for tensor in model.inputs)
        if not isinstance(model.path, Path):
            raise ParameterError(
                f"{option('dask')}: each process opens the model from a file, and {model.path} is "
                f"in none; save it, as by {model.path.library.saved_by}, and give the path of that "
                "file"
            )
        path = model.path.absolute()
        return cls(path, model.sha256, recipe, shapes, tuple(model.modules))

    def content(self) -> Content:
        """Return the bytes of the file, and of those beside it that belong to it, by their names.

        The file itself is the first.
        """
        folder = self.path.parent
        files = files_of(self.path)
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}

    def is_readable(self) -> bool:
        """Tell whether this process finds that very file under its path."""
        return self.is_at(self.path)

    def is_at(self, path: Path) -> bool:
        """Tell whether a path is that of the very file."""
        try:
            return sha256_of_model(path) == self.sha256
        except (OSError, ModelFileError):
            return False


_opening: Final = Lock()
_plans: Final[dict[ModelSource, Plan]] = {}


def plan_of(source: ModelSource, content: Content | None) -> Plan:
    """Open a model and plan its load, once in this process.

    Parameters
    ----------
    source
        What to open.
    content
        The files of the model, where they were shipped for processes that do not find them.

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


def _open(source: ModelSource, content: Content | None) -> Plan:
    if source.is_readable():
        return _plan(source.path, source)
    if content is not None:
        with temporary_folder() as folder:
            file = folder / next(iter(content))
            with temporary_errors():
                for name, own in content.items():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(own)
            if source.is_at(file):
                return _plan(file, source)
    raise GraphError(
        f"a worker on {socket.gethostname()} does not find {source.path}, or another file "
        "there; put the model where all workers see it, or start them before the load, which "
        "then ships it"
    )


def _plan(path: Path, source: ModelSource) -> Plan:
    _import(source.modules)
    recipe = source.recipe
    shapes = source.input_shape or None
    return recipe.plan(open_model(path, partial=recipe.partial, input_shape=shapes))


def _import(modules: Sequence[str]) -> None:
    """Import what registers the classes of layers; a script has been by whoever started it."""
    for name in modules:
        if name not in {"__main__", "__mp_main__"}:
            try:
                import_module_of_layers(name)
            except ParameterError as error:
                raise GraphError(
                    f"a worker on {socket.gethostname()} does not know layers of the model: "
                    f"{error}; install it where the worker is"
                ) from error
