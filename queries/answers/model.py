"""A model of an open graph, of which each thing is read once."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from queries.analysis.at_input.activity import Own
from queries.analysis.network import Network
from queries.analysis.operators import Flags, Scores
from queries.answers.networks import Networks
from queries.core.layer import Layer, runs_of
from queries.core.model import StoredModel
from queries.core.neuron_filter import NeuronFilter
from queries.core.properties import WrittenProperty
from queries.core.room import make_room
from queries.errors import ParameterError
from queries.library.checks import check_against, require_channels
from queries.library.existence import AXES, Existence
from queries.library.frames import to_frame
from queries.library.queries import Query, query, written_column
from queries.stores import Store

PLACE: Final = (
    "id", "name", "layer", "layer_index", "channel", "x", "y", "z", "neurons",
)  # fmt: skip
"""Columns that say which neuron is meant: they stay as they are until a model is loaded again."""

_NEURONS_AT_ONCE: Final = 1 << 20
"""Neurons of which a number is read at once."""

_MOST_FRAMES: Final = 4
_MOST_ROWS: Final = 1 << 16
"""Frames of neurons that are kept, and how many neurons each may have: 40 MB in all."""


class Model:
    """A complete model of an open graph.

    Parameters
    ----------
    store
        The graph.
    stored
        The model as the graph has it. Where that is replaced, another model must be made.
    networks
        What keeps its relationships.
    """

    def __init__(self, store: Store, stored: StoredModel, networks: Networks) -> None:
        self.store, self.stored = store, stored
        self._networks = networks
        self._frames: dict[NeuronFilter, pd.DataFrame] = {}

    def __repr__(self) -> str:
        return f"<Model {self.name!r} in {self.store.location}>"

    @property
    def name(self) -> str:
        """The model's name."""
        return self.stored.name

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers, inputs first."""
        return tuple(self.store.layers(self.stored))

    @property
    def outputs(self) -> list[Layer]:
        """Its layers that feed none."""
        fed = {index for layer in self.layers for index in layer.inputs}
        return [layer for layer in self.layers if layer.index not in fed]

    @cached_property
    def _existence(self) -> Existence:
        def last(layer: Layer) -> dict[str, int]:
            table = self.store.neurons(NeuronFilter(id=layer.last), self.stored, AXES)
            return {axis: at for axis, at in table.to_pylist()[0].items() if at is not None}

        return Existence(self.store.location, self.stored, self.layers, last, self.properties)

    def require_neurons(self) -> None:
        """Raise ParameterError where it has none: circuits of another tool stand alone there."""
        if not self.stored.properties["layers"]:
            raise ParameterError(
                f"{self.name!r} has circuits alone, and no neurons that could be asked about; the "
                "command circuits lists them, and Cypher answers from them"
            )

    def require(self, asked: Query, values: Mapping[str, Any]) -> None:
        """Raise an error for what its graph does not have: a property, an axis, a layer, channels.

        Parameters
        ----------
        asked
            A query.
        values
            Its parameters, checked.
        """
        for name, value in values.items():
            check_against(name, value, self.stored)
        for name, value in values.items():
            if isinstance(value, NeuronFilter) and value:
                self._existence.require(name, value)
        if asked.of_channels:
            require_channels(self.stored)

    def properties(self, *, indexes: bool = False) -> Sequence[WrittenProperty]:
        """Return the properties that were written to its neurons, as they are at this moment."""
        return self.store.properties(self.stored, indexes=indexes)

    def property_names(self) -> list[str]:
        """Return the names of those of them whose write has ended."""
        return [each.name for each in self.properties() if each.finished]

    def require_property(self, name: str, written: str, measures: Collection[str]) -> None:
        """Raise an error where no such property was written, as ``Existence`` does."""
        self._existence.require_property(name, written, measures)

    def network(self, by: str) -> Network:
        """Return its relationships, weighed by one of their properties."""
        return self._networks.of(self.stored, by)

    def neurons(self, neurons: NeuronFilter, columns: Sequence[str] = PLACE) -> pd.DataFrame:
        """Return neurons with some of the columns of the query ``neurons``, by id.

        A property that was written is a column of it.

        A few that were asked for before are not asked for again.
        """
        frame = self._frames.get(neurons)
        if frame is None or not set(columns) <= set(frame.columns):
            frame = self._read(neurons, columns)
            if self._may_keep(frame) and not neurons.property_names:
                make_room(self._frames, _MOST_FRAMES)
                self._frames[neurons] = frame
        # Who asks may add columns to a frame.
        return frame[list(columns)].copy(deep=False)

    def _read(self, neurons: NeuronFilter, columns: Sequence[str]) -> pd.DataFrame:
        always = query("neurons").columns
        declared = [column for column in always if column.name in columns]
        declared += map(written_column, set(columns).difference(each.name for each in always))
        table = self.store.neurons(neurons, self.stored, [column.name for column in declared])
        return to_frame(table, declared)

    def _may_keep(self, frame: pd.DataFrame) -> bool:
        """Tell whether a frame is small, and nothing in it changes but by another load.

        Nothing tells whether a model that was edited has been edited again.
        """
        return (
            not self.stored.edited and len(frame) <= _MOST_ROWS and set(frame.columns) <= set(PLACE)
        )

    def among(self, neurons: NeuronFilter) -> Flags:
        """Return which neurons are meant, counted from the model's first."""
        first, last = self.layers[0].first, self.layers[-1].last
        mask = np.zeros(last + 1 - first, dtype=bool)
        mask[self.neurons(neurons, ["id"])["id"].to_numpy() - first] = True
        return mask

    def biases(self) -> tuple[Scores, Flags]:
        """Return the bias of each neuron, 0 where it has none, and which have one."""
        # A frame does not tell a bias that is missing from one that is NaN.
        return self._own("bias")

    def own(self) -> Own:
        """Return what neurons have of their own: bias and slope."""
        return Own(self.biases()[0], self.slopes())

    def slopes(self) -> Scores:
        """Return the slope of each neuron, NaN where it has none."""
        if not any(layer.activation == "prelu" for layer in self.layers):
            # In a large model an array of all neurons takes hundreds of megabytes.
            return np.broadcast_to(np.nan, self._neurons)
        slopes, there = self._own("slope")
        return np.where(there, slopes, np.nan)

    @property
    def _neurons(self) -> int:
        return self.layers[-1].last + 1 - self.layers[0].first

    def _own(self, name: str) -> tuple[Scores, Flags]:
        """Return what all neurons have of a number, 0 where they lack it, and which have it."""
        own, there = np.zeros(self._neurons), np.zeros(self._neurons, dtype=bool)
        first = self.layers[0].first
        for layers in runs_of(self.layers, _NEURONS_AT_ONCE, lambda layer: layer.neurons):
            ids = range(layers[0].first, layers[-1].last + 1)
            table = self.store.neurons(NeuronFilter(id=ids), self.stored, ["id", name])
            values = table[name].cast(pa.float64())
            place = slice(ids.start - first, ids.stop - first)
            # What is never written of an array of zeros takes no memory.
            if values.null_count < len(values):
                own[place] = pc.fill_null(values, 0.0).to_numpy()
                there[place] = pc.is_valid(values).to_numpy()
        return own, there
