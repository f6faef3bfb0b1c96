"""A model file as a store, which answers queries while it builds what they ask for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.model_graph.blocks import PlannedBlocks
from exporter.model_graph.network import ModelNetwork
from exporter.parallel.address import check_address
from exporter.planning.plan import Plan
from exporter.planning.push import plan
from exporter.planning.recipe import Recipe
from exporter.reading.formats import open_model
from exporter.reading.opened_model import OpenedModel
from exporter.sinks.model_node import model_properties
from queries.core.address import path_text
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
    """The graph of neurons of a model file, which holds that one model.

    The file is opened when it is first asked about.

    Parameters
    ----------
    file
        A ``.keras`` or HDF5 file.
    dask, input_shape
        As in ``NeuronGraph``.

    Raises
    ------
    GraphNotFoundError
        If there is no such file.
    ParameterError
        If ``dask`` is neither ``local`` nor an address.
    """

    def __init__(
        self, file: Path, dask: str | None = None, input_shape: InputShapes | None = None
    ) -> None:
        self.location = str(file)
        self._input_shape = input_shape
        self._file, self._dask = file, dask
        self._workers: ModelWorkers | None = None
        if dask is not None:
            check_address(dask)
        if not file.exists():
            raise GraphNotFoundError(f"graph {file} does not exist, which would be a model file")

    @property
    def instead(self) -> str:
        """What to do where Cypher is needed."""
        return (
            "load the model, or as much of it as there is room for "
            f"({option('granularity', 'channel')}, or {option('from_layer')} and "
            f"{option('to_layer')}), with: {command('load', path_text(self._file))}"
        )

    def models(self, model: str | None) -> list[dict[str, Any]]:
        """Return the one model, named after the file.

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
        name = self._file.stem
        changed = datetime.fromtimestamp(self._file.stat().st_mtime, UTC)
        model = open_model(self._file, input_shape=self._input_shape)
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
