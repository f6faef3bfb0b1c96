"""The graph behind the page, with a cache of its answers."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from queries.analysis import passes
from queries.analysis.network import MOST_KEPT
from queries.analysis.operators import LOG_PRODUCT, Ids, Scores, WeightKind
from queries.analysis.path import Step, strongest_through
from queries.answers.model import Model
from queries.core.input_shapes import InputShapes
from queries.core.layer import Layer
from queries.core.model import StoredModel
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronFilter, as_filter
from queries.core.schema import COMPLETE
from queries.errors import ParameterError
from queries.library.declaration import Weighing
from queries.library.queries import query
from queries.neurongraph import NeuronGraph
from queries.viewer.class_names import NO_CLASSES, ClassNames, class_names_of
from queries.viewer.measures import measures
from queries.viewer.samples import PageSamples

_MOST_ANSWERS: Final = 32


@dataclass(frozen=True, eq=False)
class PageModel:
    """A model as it is stored, without relationships.

    Parameters
    ----------
    model
        The model.
    neurons
        Frame of the query neurons, by id, without properties that were written: those change.
    layer_rows
        Frame of the query layers.
    """

    model: Model
    neurons: pd.DataFrame
    layer_rows: pd.DataFrame

    @property
    def about(self) -> StoredModel:
        """The model as the graph has it."""
        return self.model.stored

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.model.name

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers, inputs first."""
        return self.model.layers

    @property
    def first(self) -> int:
        """Id of the first neuron."""
        return self.layers[0].first

    @property
    def edges(self) -> int:
        """Number of relationships."""
        return sum(layer.edges for layer in self.layers)

    @property
    def large(self) -> bool:
        """Whether its relationships are too many to be kept once they are read."""
        return self.edges > MOST_KEPT

    @property
    def coarse(self) -> bool:
        """Whether a node is a channel or a layer."""
        return self.about.granularity != "neuron"

    @property
    def inputs(self) -> list[str]:
        """Names of the layers that nothing feeds."""
        return [layer.name for layer in self.layers if not layer.inputs]

    @property
    def outputs(self) -> list[str]:
        """Names of the layers that feed nothing."""
        feeding = {index for layer in self.layers for index in layer.inputs}
        return [layer.name for layer in self.layers if layer.index not in feeding]

    @cached_property
    def lengths(self) -> Mapping[int, Mapping[str, int]]:
        """By index of a layer: how many channels, x, y and z it has, of those that it has."""
        largest = self.neurons.groupby("layer_index")[["channel", "x", "y", "z"]].max()
        return {
            int(index): {str(axis): int(last) + 1 for axis, last in row.items() if pd.notna(last)}
            for index, row in zip(largest.index, largest.to_dict("records"), strict=True)
        }

    def layer_of(self, neuron: int) -> Layer:
        """Return the layer of a neuron, counted from the model's first."""
        return next(layer for layer in self.layers if layer.last - self.first >= neuron)

    def channel_name(self, neuron: int) -> str:
        """Return the name of a neuron's channel, which is taken where neurons are meant."""
        row = self.neurons.iloc[neuron]
        return str(row["layer"]) if pd.isna(row["channel"]) else f"{row['layer']}[{row['channel']}]"


class PageGraph(NeuronGraph):
    """A graph that answers the page, and keeps the answers.

    One thread at a time may ask it.

    Parameters
    ----------
    graph
        As in ``NeuronGraph``.
    class_names
        What the outputs of its models stand for, in their order.
    input_shape, example_inputs
        As in ``NeuronGraph``.
    model_input
        The inputs at which models are shown; None for none.

    Attributes
    ----------
    samples
        These inputs, read for each model.
    """

    def __init__(
        self,
        graph: Any = None,
        class_names: Sequence[str] = (),
        input_shape: InputShapes | None = None,
        example_inputs: Any = None,
        model_input: InputLike | None = None,
    ) -> None:
        super().__init__(
            graph, progress=False, input_shape=input_shape, example_inputs=example_inputs
        )
        self._class_names = class_names
        self.samples = PageSamples(model_input)
        self._page_models: dict[str, PageModel] = {}
        self._answers: dict[Hashable, Any] = {}

    def complete_models(self) -> list[str]:
        """Return the names of the models that a page can show."""
        models = self.models()
        with_neurons = (models["state"] == COMPLETE) & (models["layers"] > 0)
        return [str(name) for name in models[with_neurons]["name"]]

    def page_model(self, name: str | None = None) -> PageModel:
        """Return a model, read again where it was replaced; None for the first one."""
        names = [] if name else self.complete_models()
        question = self.question("neurons", model=name or (names[0] if names else None))
        about = question.model.stored
        model = self._page_models.get(about.name)
        if model is None or model.about != about:
            columns = [column.name for column in query("neurons").columns]
            rows = question.also("layers").stored_answer()
            model = PageModel(question.model, question.neurons("neurons", columns), rows)
            self._page_models[about.name] = model
        return model

    def cached_model(self, name: str) -> PageModel | None:
        """Return a model that was read before, without asking the graph."""
        return self._page_models.get(name)

    def require_classes(self, model: PageModel) -> ClassNames:
        """Return the classes of a model's outputs.

        Raises
        ------
        ParameterError
            If there are as many outputs as class names in no layer.
        """
        outputs = [layer for layer in model.layers if layer.name in model.outputs]
        channels = {index: axes.get("channel", 0) for index, axes in model.lengths.items()}
        return class_names_of(self._class_names, outputs, channels)

    def classes(self, model: PageModel) -> ClassNames:
        """Return the classes of a model's outputs; none where they are those of another model."""
        try:
            return self.require_classes(model)
        except ParameterError:
            return NO_CLASSES

    def scores(self, model: PageModel, measure: str, by: Weighing) -> Scores:
        """Return a measure by neuron, not a number where there is none.

        Parameters
        ----------
        model
            The model.
        measure
            One of ``measures``.
        by
            Which property of the relationships weighs them.
        """
        scores: Scores = self.cache(
            (model.about, "scores", measure, by), lambda: self._scores(model, measure, by)
        )
        return scores

    def changes(self, model: PageModel, other: str, by: Weighing) -> Scores:
        """Return by neuron how much the weights into it change to another model.

        Raises
        ------
        ParameterError
            If that is not of the same architecture.
        """
        frame = self.compare_neurons(other, k=len(model.neurons), by=by, model=model.name)
        change = frame.set_index("id")["weight_change"].reindex(model.neurons["id"].to_numpy())
        return change.to_numpy(np.float64, na_value=np.nan)

    def _scores(self, model: PageModel, measure: str, by: Weighing) -> Scores:
        # What the query asks the store for is here in memory already.
        if measure == "in_strength":
            return passes.in_strength(model.model.network(by))
        if measure == "out_strength":
            return passes.out_strength(model.model.network(by))
        ids = model.neurons["id"].to_numpy()
        return measures()[measure].of(self, model.name, by, ids)

    def written_scores(
        self, model: PageModel, name: str, written: str, measures: Collection[str]
    ) -> Scores:
        """Return a property by neuron as it is at this moment, not a number where there is none.

        Parameters
        ----------
        model
            The model.
        name, written, measures
            As in ``Existence.require_property``.

        Raises
        ------
        PropertyNotFoundError
            If no such property was written, or its write has not ended.
        """
        model.model.require_property(name, written, measures)
        frame = model.model.neurons(NeuronFilter(), ["id", written])
        return frame[written].to_numpy(np.float64)

    def written_of(
        self, model: PageModel, neurons: str, names: Sequence[str]
    ) -> "pd.Series[float]":
        """Return by name the means of properties, as they are at this moment, of some neurons.

        Parameters
        ----------
        model
            The model.
        neurons
            A text that names them.
        names
            Names of properties that were written.
        """
        values = model.model.neurons(as_filter(neurons), ["id", *names])[list(names)]
        # Infinite ones of both signs have no mean.
        with np.errstate(invalid="ignore"):
            return values.mean()

    def neurons_named(self, model: PageModel, neurons: str) -> Ids:
        """Return the neurons that a text names, counted from the model's first."""
        places = self.neurons(neurons, model=model.name)["id"].to_numpy() - model.first
        if not len(places):
            raise ParameterError(f"no neuron is named {neurons!r}")
        return np.sort(places)

    def connections(
        self, model: PageModel, neurons: Ids, direction: Literal["in", "out"], by: Weighing
    ) -> pd.DataFrame:
        """Return what feeds some neurons, or what they feed: neuron, weight, by relationship."""
        if len(neurons) == 1:
            frame = self.neighbours(
                neurons + model.first, direction=direction, by=by, model=model.name, k=100_000
            )
            return pd.DataFrame(
                {
                    "neuron": frame["id"].to_numpy() - model.first,
                    "weight": frame["weight"],
                }
            )
        network = model.model.network(by)
        if direction == "out":
            _, other, weight = network.outgoing(neurons)
        else:
            every = np.ones(network.neurons, dtype=bool)
            these = np.zeros(network.neurons, dtype=bool)
            these[neurons] = True
            other, _, weight = network.edges_between(every, these)
        return pd.DataFrame({"neuron": other, "weight": weight})

    def field(
        self, model: PageModel, neurons: Ids, by: Weighing, weights: WeightKind = "absolute"
    ) -> Scores:
        """Return by neuron the sum over its paths to some neurons of the product of the weights.

        Parameters
        ----------
        model
            The model.
        neurons
            Where the paths end, counted from the model's first.
        by
            Which property of the relationships weighs them.
        weights
            What a relationship counts.
        """
        network = model.model.network(by)
        own = np.zeros(network.neurons)
        own[neurons] = 1.0
        return passes.sums_backward(network, own, weights=weights)

    def path_through(self, model: PageModel, neurons: Ids, by: Weighing) -> list[Step]:
        """Return the strongest path from an input to an output through one of some neurons.

        Neurons are counted from the model's first. Without such a path there are no steps.
        """
        network = model.model.network(by)
        begin = np.where(network.inputs, 0.0, -np.inf)
        end = np.where(network.outputs, 0.0, -np.inf)
        arriving, onward = self.cache(
            (model.about, "maxima", by),
            lambda: (
                passes.maxima_forward(network, begin, LOG_PRODUCT),
                passes.maxima_backward(network, end, LOG_PRODUCT),
            ),
        )
        return strongest_through(network, neurons, arriving, onward)

    def cache_entry(self, key: Hashable) -> Any:
        """Return an answer that was given before, None without one; any thread may ask."""
        return self._answers.get(key)

    def cache(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """Return an answer that was given before, or ask for it."""
        if key not in self._answers:
            while len(self._answers) >= _MOST_ANSWERS:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = ask()
        # The one that was asked for longest ago stands first.
        self._answers[key] = self._answers.pop(key)
        return self._answers[key]
