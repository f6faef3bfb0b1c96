"""Names that stand in the graph of a command line that is being typed, for the shell to offer."""

import logging
import shlex
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Final

import typer

from queries.library.history import MODEL_OF_RUN

if TYPE_CHECKING:
    from queries.neurongraph import NeuronGraph

_SECONDS: Final = 3.0
"""For how long somebody who pressed Tab waits for a server; then there are no names."""

_Ask = Callable[["NeuronGraph"], Iterable[str]]


class StoredNames:
    """Models, layers and what was written; nothing where a graph cannot be asked soon.

    A model file is not asked, since it takes seconds to open.

    Parameters
    ----------
    ctx
        What has been typed before: the graph and the model, where they stand there.
    """

    def __init__(self, ctx: typer.Context) -> None:
        self._graph: str | None = ctx.params.get("graph")
        self._model: str | None = ctx.params.get("model")

    @cached_property
    def models(self) -> list[str]:
        """Names of the models, complete or not."""
        return self._names(lambda graph: graph.models()["name"])

    @property
    def runs(self) -> list[str]:
        """Names of the runs that its models are of."""
        matches = map(MODEL_OF_RUN.fullmatch, self.models)
        return list(dict.fromkeys(match["run"] for match in matches if match))

    @cached_property
    def layers(self) -> list[str]:
        """Names of the layers of the model."""
        return self._names(lambda graph: graph.layers()["name"])

    @cached_property
    def properties(self) -> list[str]:
        """Names of the properties that were written to its neurons."""
        return self._names(lambda graph: graph.properties()["name"])

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs that are stored with it."""
        return self._names(lambda graph: graph.inputs()["name"])

    @property
    def circuits(self) -> list[str]:
        """Names of the circuits that are stored with it."""
        return self._names(lambda graph: graph.circuits()["name"])

    def _names(self, ask: _Ask) -> list[str]:
        names: list[str] = []

        def look() -> None:
            # An error among the words that somebody types would hide them.
            with suppress(Exception), NeuronGraph(self._graph, model=self._model) as graph:
                names.extend(filter(_is_plain, ask(graph)))

        with suppress(Exception), _nothing_logged():
            from queries.stores.location import locate

            location = locate(self._graph)
            kind = location.kind
            if not kind.has_address and not location.path.exists():
                return []
            from queries.neurongraph import NeuronGraph

            if kind.has_address:
                # What a thread imports may be half there when the process ends.
                resolve_name(kind.store)
                asking = threading.Thread(target=look, daemon=True)
                asking.start()
                asking.join(_SECONDS)
            elif kind.is_loaded:
                look()
        return names.copy()


@contextmanager
def _nothing_logged() -> Iterator[None]:
    """Log nothing, since it would stand among the words that somebody types."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _is_plain(name: str) -> bool:
    """Tell whether a shell reads a name as it is; names come from model files, which may lie."""
    return shlex.quote(name) == name and not name.startswith("-")
