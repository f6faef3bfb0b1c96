"""What a worker does of many inputs: something of a batch of them, with a store of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from exporter.model_graph.blocks import PlannedBlocks
from exporter.model_graph.network import ModelNetwork
from exporter.model_graph.threads import limit_blas
from exporter.parallel.source import Content, ModelSource, plan_of
from exporter.planning.plan import Plan
from queries.errors import GraphError, NeurongraphError
from queries.stores.blocks import BlockStore
from queries.stores.processes import Begin

if TYPE_CHECKING:
    from queries.core.model import StoredModel


class PlannedStore(BlockStore):
    """The graph of a planned model, in a process that computes with it alone.

    Parameters
    ----------
    location
        The path of the model file.
    plan
        The plan.
    name
        What the model is called.
    """

    def __init__(self, location: str, plan: Plan, name: str) -> None:
        self.location = location
        self._blocks = PlannedBlocks(plan, name, ModelNetwork(plan))

    @property
    def instead(self) -> str:
        """What to do where Cypher is needed."""
        return "load the model"

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return none: who has such a store knows the model."""
        return []

    def network(self, about: "StoredModel", by: str) -> ModelNetwork:
        """Return the model as operators: no relationship is kept."""
        return self._blocks.network

    def blocks(self, about: "StoredModel") -> PlannedBlocks:
        """Return the model."""
        return self._blocks

    def close(self) -> None:
        """Do nothing: nothing is open."""


@dataclass(frozen=True)
class Beginning:
    """What a process begins with before it gets the batches of a question.

    Parameters
    ----------
    question
        What tells it from all others.
    begin, about
        As in ``Processes.mapped``.
    """

    question: str
    begin: Begin[Any, Any]
    about: "StoredModel"


@dataclass(frozen=True)
class Batch:
    """A part of what a question is about.

    Parameters
    ----------
    number
        Which batch it is.
    beginning
        What its process begins with.
    part
        What something is made of.
    """

    number: int
    beginning: Beginning
    part: Any


_lock: Final = Lock()
_begun: Final[dict[str, Callable[[Any], Any]]] = {}


def make_of_batch(source: ModelSource, batch: Batch, content: Content | None) -> tuple[int, Any]:
    """Return the number of a batch, and what is made of it; done twice, it gives the same.

    What cannot be asked comes back as the error that says so: one that is raised Dask would print.

    Parameters
    ----------
    source
        The model.
    batch
        The batch.
    content
        As in ``source.plan_of``.

    Raises
    ------
    GraphError
        If this process does not find the model.
    """
    # Each core has a task of its own.
    limit_blas()
    try:
        return batch.number, _begun_with(source, batch.beginning, content)(batch.part)
    except GraphError:
        # This process cannot go on.
        raise
    except NeurongraphError as error:
        return batch.number, error


def _begun_with(
    source: ModelSource, beginning: Beginning, content: Content | None
) -> Callable[[Any], Any]:
    """Return what makes something of the batches of a question."""
    # A worker may run several tasks at once, in threads.
    with _lock:
        make = _begun.get(beginning.question)
        if make is None:
            about = beginning.about
            store = PlannedStore(str(source.path), plan_of(source, content), about.name)
            _begun.clear()
            make = _begun[beginning.question] = beginning.begin(store, about)
    return make
