"""A model as a store, which answers queries while it builds what they ask for."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.model_graph.blocks import PlannedBlocks
from exporter.model_graph.network import ModelNetwork
from exporter.parallel.address import check_address
from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.planning.recipe import Recipe
from exporter.reading.given import given_model
from exporter.reading.model_file import word_of
from exporter.reading.opened_model import OpenedModel
from exporter.sinks.model_node import model_properties
from queries.core.input_shapes import InputShapes
from queries.core.schema import COMPLETE
from queries.core.wording import command, option
from queries.errors import GraphNotFoundError
from queries.stores.blocks import BlockStore

if TYPE_CHECKING:
    from exporter.parallel.model_workers import ModelWorkers
    from queries.core.model import StoredModel


@dataclass(frozen=True)
class _Contents:
    """What an opened file is: the properties of the model, and its graph."""

    properties: dict[str, Any]
    blocks: PlannedBlocks


class ModelStore(BlockStore):
    """The graph of neurons of a model, which holds that one model.

    It is opened when it is first asked about.

    Parameters
    ----------
    model
        A model file, or a model in memory, of which a copy is asked.
    dask, input_shape, example_inputs
        As in ``NeuronGraph``.

    Raises
    ------
    GraphNotFoundError
        If there is no such file.
    ParameterError
        If ``dask`` is neither ``local`` nor an address, or ``example_inputs`` do not fit.
    """

    def __init__(
        self,
        model: Path | Any,
        dask: str | None = None,
        input_shape: InputShapes | None = None,
        example_inputs: Any = None,
    ) -> None:
        self._input_shape = input_shape
        self._dask = dask
        self._workers: ModelWorkers | None = None
        if dask is not None:
            check_address(dask)
        if isinstance(model, Path) and not model.exists():
            raise GraphNotFoundError(f"graph {model} does not exist, which would be a model file")
        self._given = given_model(model, example_inputs)
        self.location = str(self._given.place)

    @property
    def instead(self) -> str:
        """What to do where Cypher is needed."""
        return (
            "load the model, or as much of it as there is room for "
            f"({option('granularity', 'channel')}, or {option('from_layer')} and "
            f"{option('to_layer')}), with: {command('load', word_of(self._given.place))}"
        )

    @property
    def instead_of_keeping(self) -> str:
        """What to do where inputs are to be kept: a part of a model does not compute them."""
        return f"load the model whole, with: {command('load', word_of(self._given.place))}"

    @property
    def processes(self) -> "ModelWorkers | None":
        """The processes that share what is computed of many inputs."""
        _ = self._contents
        return self._workers

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the one model, by the name that it has where nobody says one.

        Raises
        ------
        ModelFileError, UnsupportedLayerError
            If the file cannot be read or wired.
        """
        return [self._contents.properties]

    def network(self, about: "StoredModel", by: str) -> ModelNetwork:
        """Return the model as operators: no relationship is kept."""
        return self._contents.blocks.network

    def blocks(self, about: "StoredModel") -> PlannedBlocks:
        """Return the model."""
        return self._contents.blocks

    @cached_property
    def _contents(self) -> _Contents:
        name, changed = self._given.name, self._given.changed
        model = self._given.open(input_shape=self._input_shape)
        planned = plan(model)
        properties = model_properties(
            model, planned, name, at=changed, state=COMPLETE, load_id=model.sha256
        )
        network = self._network(planned, model)
        return _Contents({**properties, "key": name}, PlannedBlocks(planned, name, network))

    def _network(self, model_plan: Plan, model: OpenedModel) -> ModelNetwork:
        """Return a planned model, which this process computes with alone, or with many."""
        if self._dask is None:
            return ModelNetwork(model_plan)
        from exporter.parallel.model_workers import ModelWorkers
        from exporter.parallel.shared_network import SharedNetwork
        from exporter.parallel.source import ModelSource

        source = ModelSource.of(model, Recipe())
        self._workers = ModelWorkers(self._dask, source)
        return SharedNetwork(model_plan, self._workers)

    def close(self) -> None:
        """End the processes that were started."""
        if self._workers is not None:
            self._workers.close()
