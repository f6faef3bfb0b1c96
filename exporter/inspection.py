"""Look at a model without loading it anywhere."""

import os
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from exporter.planning.grouping import Grouping, require_granularity
from exporter.planning.layer import PlannedLayer
from exporter.planning.not_finite import not_finite_text
from exporter.planning.plan import LayerRow
from exporter.planning.push import planned_steps
from exporter.reading.given import given_model
from exporter.reading.opened_model import OpenedModel
from exporter.sinks.sizes import store_sizes
from queries.core.granularity import NEURON_GRAPH, Granularity, nodes_text
from queries.core.input_shapes import InputShapes
from queries.core.log import logger
from queries.core.notebook import facts, headed, table
from queries.core.text import size_text
from queries.errors import ModelFileError

NOT_FINITE: Final = ("not_finite_weights", "not_finite_biases")
"""The columns that count what is NaN or infinite."""


@dataclass(frozen=True, repr=False)
class Inspection:
    """What a load of a model would consist of.

    Parameters
    ----------
    frame
        One row a layer of the model: layer, class_name, shape (without the batch), activation,
        neurons and edges (null where the layer only moves data), parameters;
        not_finite_weights, how many of the edges have a weight that is NaN or infinite, and
        not_finite_biases, how many of the neurons such a bias or slope (null where the layer
        only moves data, and everywhere where the weights cannot be read).
    neurons, edges, parameters
        Totals; of a coarser graph, how many nodes and relationships it has.
    granularity
        What a node of the graph would stand for.
    half_precisions
        The half precisions that the model computes in, such as mixed_float16; it is read as
        float32.
    """

    frame: pd.DataFrame
    neurons: int
    edges: int
    parameters: int
    granularity: Granularity
    half_precisions: tuple[str, ...] = ()

    @property
    def sizes(self) -> dict[str, int]:
        """About how many bytes a load takes on disk, by store."""
        return store_sizes(self.neurons, self.edges, self.granularity)

    @property
    def not_finite(self) -> str:
        """How many weights and biases are not finite, and where; empty for none."""
        weights, biases = (
            dict(zip(self.frame["layer"], self.frame[name].fillna(0).tolist(), strict=True))
            for name in NOT_FINITE
        )
        return not_finite_text(weights, biases)

    @property
    def density(self) -> float:
        """Edges in a share of all possible ones, as ``networkx.density`` has it."""
        pairs = self.neurons * (self.neurons - 1)
        return self.edges / pairs if pairs else 0.0

    @property
    def _totals(self) -> str:
        nodes = nodes_text(self.neurons, self.granularity)
        counts = f"{self.edges:,} relationships, {self.parameters:,} parameters"
        return f"{len(self.frame)} layers, {nodes}, {counts}"

    def __repr__(self) -> str:
        return f"<Inspection: {self._totals}>"

    def _repr_html_(self) -> str:
        sizes = {f"on disk, {store}": size_text(size) for store, size in self.sizes.items()}
        notes = {"not finite": self.not_finite} if self.not_finite else {}
        return headed(self._totals, table(self.frame), facts({**sizes, **notes}))


def inspect(
    model: str | os.PathLike[str] | Any,
    *,
    granularity: Granularity = NEURON_GRAPH,
    input_shape: InputShapes | None = None,
    example_inputs: Any = None,
) -> Inspection:
    """Count the neurons and edges of a model, layer by layer; write nothing.

    A file whose weights alone are damaged is counted as well. Its arrays are looked through for
    numbers that are not finite; only where there are some, the weights are read to say where.

    Parameters
    ----------
    model
        A ``.keras``, HDF5 or ONNX file, or a ``keras.Model``, an ``onnx.ModelProto`` or a
        ``torch.nn.Module`` in memory.
    granularity
        What a node stands for: a ``neuron``, all neurons of a ``channel``, or of a ``layer``.
    input_shape
        How long the axes are that the file leaves open, as in ``load``.
    example_inputs
        What a ``torch.nn.Module`` is called with, as in ``load``.

    Returns
    -------
    Inspection
        The layers and totals.

    Raises
    ------
    ParameterError
        If there is no such granularity, or shapes or example inputs do not fit the model.
    ModelFileError, UnsupportedLayerError
        If the file cannot be read or wired.
    """
    require_granularity(granularity)
    given = given_model(model, example_inputs)
    model_file = given.open(weights=False, input_shape=input_shape)
    rows = _rows(model_file, granularity)
    try:
        if model_file.may_hold_not_finite():
            with_weights = given.open(input_shape=input_shape)
            rows = _rows(with_weights, granularity)
    except ModelFileError as error:
        logger.warning("%s", error)
        rows = [{**row, **dict.fromkeys(NOT_FINITE)} for row in rows]
    whole = dict.fromkeys(("neurons", "edges", *NOT_FINITE), "Int64")
    frame = pd.DataFrame(rows).astype(whole)
    neurons, edges, parameters = (
        int(frame[column].sum()) for column in ("neurons", "edges", "parameters")
    )
    return Inspection(frame, neurons, edges, parameters, granularity, model_file.half_precisions)


def _rows(model: OpenedModel, granularity: Granularity) -> list[dict[str, object]]:
    grouping = Grouping(granularity)
    return [
        _described(row, None if layer is None else grouping.of(layer))
        for row, layer in planned_steps(model)
    ]


def _described(row: LayerRow, layer: PlannedLayer | None) -> dict[str, object]:
    return {
        "layer": row.name,
        "class_name": row.class_name,
        "shape": list(row.shape),
        "activation": layer and layer.wiring.activation,
        "neurons": layer and layer.neurons,
        "edges": layer and layer.edges,
        "parameters": layer.parameters if layer else 0,
        **{name: layer and getattr(layer, name) for name in NOT_FINITE},
    }
