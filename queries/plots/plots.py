"""``NeuronGraph.plot``: a method a plot, which puts a question and draws the answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from queries.answers.centrality import (
    eigenvector_centrality,
    katz,
    pagerank,
    path_centrality,
    require_at_input,
)
from queries.answers.comparison import compare_layers
from queries.answers.field import field_neurons
from queries.answers.linear import effective_weights as find_effective_weights
from queries.answers.matrix import weights_between
from queries.answers.path import Distinct
from queries.answers.path import strongest_paths as find_strongest_paths
from queries.answers.question import Question
from queries.core.arguments import require_texts
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronFilter, NeuronsLike
from queries.errors import ParameterError, listed
from queries.library.declaration import Weighing
from queries.library.history import HistoryMeasure
from queries.library.plots import BinMeasure, plot, plots
from queries.plots import (
    adjacency,
    centrality,
    comparison,
    effective_weights,
    field,
    history,
    strongest_paths,
    weight_distribution,
)
from queries.plots.at_input import AtInputPlots
from queries.plots.base import layers_of, title_of
from queries.plots.faithfulness import FaithfulnessPlots
from queries.plots.images import images_of
from queries.plots.picture import Picture, Size

if TYPE_CHECKING:
    pass

_MEASURED: Final[Mapping[str, Callable[[Question], pd.DataFrame]]] = {
    "katz": katz,
    "pagerank": pagerank,
    "path_centrality": path_centrality,
    "eigenvector_centrality": eigenvector_centrality,
    "strength": Question.stored_answer,
}
_MEASURED_NEURONS: Final = ("id", "name", "layer")


class Plots(AtInputPlots, FaithfulnessPlots):
    """The plots of a graph; each method takes what the query takes whose answer it draws.

    Parameters
    ----------
    graph
        An open graph.
    showing
        Shows, while it is entered, how far a computation is.
    """

    def __repr__(self) -> str:
        return f"<Plots of {self._graph!r}: {listed(plots())}; help(graph.plot) tells of them>"

    def adjacency(
        self,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        measure: BinMeasure = "mean",
        by: Weighing = "weight",
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return the adjacency matrix as a heat map.

        Parameters
        ----------
        source
            Which neurons are rows (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Which neurons are columns (neurons, default all).
        measure
            What a bin of several relationships shows: the mean of their weights, or the weight of
            the largest absolute value (mean or largest, default mean).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Examples
        --------
        >>> graph.plot.adjacency("dense_0", "dense_1")
        """
        shown = plot("adjacency").checked({"measure": measure, "by": by})
        question = self._graph.question(
            "adjacency", source=source, target=target, by=by, model=model
        )
        sources, targets = (
            _require_any(side, question.neurons(side)) for side in ("source", "target")
        )
        with self._showing():
            matrix = weights_between(question, sources, targets)
        title = title_of("Adjacency matrix", question)
        drawn = adjacency.draw(
            matrix, sources, targets, title=title, measure=shown["measure"], by=shown["by"]
        )
        return Picture(drawn, question.note, size)

    def centrality(
        self,
        neurons: NeuronsLike = None,
        *,
        measure: str = "katz",
        classes: str | Sequence[str] | None = None,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return a measure of neurons, by layer; on a logarithmic scale unless a value is negative.

        ``classes`` may be a list as well.

        Parameters
        ----------
        neurons
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        measure
            By what: a measure with its usual parameters, or a property that was written to neurons;
            property:katz means one that is named as a measure is (katz or pagerank or
            path_centrality or eigenvector_centrality or strength or a written property, default
            katz).
        classes
            Names of the neurons of the last layer in the order of ids, such as cat,dog,ship (text).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ParameterError
            If there are not as many classes as neurons in the last layer that is drawn, no
            neuron has a measure above 0, ``by`` is given for a property, or an input for another
            measure than path_centrality.
        PropertyNotFoundError
            If ``measure`` is neither a measure nor a property that was written.

        Examples
        --------
        >>> graph.plot.centrality(classes="0,1,2,3,4,5,6,7,8,9")
        """
        shown = plot("centrality").checked({"measure": measure, "by": by})
        measure, by = shown["measure"], shown["by"]
        if classes is not None and not isinstance(classes, str):
            require_texts("classes", classes, "names of classes")
            classes = list(classes)
        written = plot("centrality").parameter("measure").property_of(measure)
        require_at_input(measure, input)
        at_input = {} if input is None else {"input": input}
        if written is None:
            question = self._graph.question(
                measure, neurons=neurons, by=by, model=model, **at_input
            )
            frame, column = self._computed(_MEASURED[measure], question), measure
        else:
            question = self._graph.question("neurons", neurons=neurons, model=model)
            frame, column = _written(question, written, by), written
        frame = _require_any("neurons", frame).sort_values("id")
        if not centrality.on_scale(frame[column]).any():
            raise ParameterError(f"measure: {measure} is nowhere above 0; there is nothing to draw")
        names = classes.split(",") if isinstance(classes, str) else classes
        last = frame["layer"].iloc[-1]
        count = int((frame["layer"] == last).sum())
        if names and len(names) != count:
            raise ParameterError(
                f"classes: there are {len(names)}, and {count} neurons of {last}; name each"
            )
        said = column.replace("_", " ").capitalize() if written is None else f"Property {column}"
        missing = "NaN" if written is None else "no value"
        drawn = centrality.draw(
            frame, column, title=title_of(said, question), classes=names, missing=missing
        )
        return Picture(drawn, question.note, size)

    def comparison(
        self,
        other: str,
        *,
        by: Weighing = "weight",
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return how much the weights into each layer change to another model.

        Parameters
        ----------
        other
            Name of the other model, which stands in the same graph and has the same architecture
            (text, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Examples
        --------
        >>> graph.plot.comparison("digits")
        """
        question = self._graph.question("compare_layers", other=other, by=by, model=model)
        title = f"Change from {question.model.name} to {other}"
        changes = self._computed(compare_layers, question)
        return Picture(comparison.draw(changes, title=title), question.note, size)

    def effective_weights(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return what each neuron of a layer passes on to some others, as images of the layer.

        The weights are signed, and activations ignored.

        Parameters
        ----------
        source
            Where paths begin, such as a layer (neurons, required). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        target
            Where they end (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ParameterError
            If ``source`` is not within one layer, there is no path, or more than 100 images would
            have to be drawn.

        Examples
        --------
        >>> graph.plot.effective_weights("input_layer", "dense_1")
        """
        question = self._graph.question(
            "effective_weights", source=source, target=target, by=by, input=input, model=model
        )
        sources, targets = (
            _require_any(side, question.neurons(side)) for side in ("source", "target")
        )
        among = sources["layer"].unique()
        if len(among) > 1:
            raise ParameterError(f"source: name one layer, not {listed(list(among))}")
        count = len(targets) * len(images_of(sources).names)
        if count > effective_weights.MOST_IMAGES:
            raise ParameterError(
                f"target: that is an image for each of {len(targets):,} targets and each channel, "
                f"{count:,} in all, and {effective_weights.MOST_IMAGES} are drawn at most; name "
                "fewer neurons, or a channel of the source"
            )
        pairs = self._computed(find_effective_weights, question)
        if pairs.empty:
            raise ParameterError("target: no path leads there; there is nothing to draw")
        title = title_of(f"Effective weights on {_named(targets)}", question)
        by = question.values["by"]
        drawn = effective_weights.draw(pairs, sources, targets, title=title, by=by)
        return Picture(drawn, question.note, size)

    def history(
        self,
        run: str,
        *,
        measure: HistoryMeasure = "relative_change",
        by: Weighing = "weight",
        size: Size | None = None,
    ) -> Picture:
        """Return how the weights into each layer change from epoch to epoch.

        Parameters
        ----------
        run
            Name of the run: the models RUN@1, RUN@2 and so on, which stand in one graph and have
            the same architecture (text, required).
        measure
            Which column of the history (relative_change or change or bias_change or flips or
            frobenius_norm or zero_share or dead_share, default relative_change).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ModelNotFoundError, ParameterError
            As ``NeuronGraph.history``.

        Examples
        --------
        >>> graph.plot.history("digits")
        """
        shown = plot("history").checked({"run": run, "measure": measure, "by": by})
        frame = self._graph.history(run, by=by)
        title = f"Run {run}"
        drawn = history.draw(frame, shown["measure"], title=title)
        return Picture(drawn, frame.attrs.get("note", ""), size)

    def receptive_field(
        self,
        neurons: NeuronsLike,
        over: NeuronsLike = None,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return what feeds some neurons, over the positions of the input or another layer.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        over
            Over which layer (neurons, default the input).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ParameterError
            If ``over`` is not within one layer; it must be given where there are several inputs.

        Examples
        --------
        >>> graph.plot.receptive_field("conv_1[3]@1,1", "input_layer")
        """
        return self._field("receptive_field", neurons, over, by, input, model, size)

    def projective_field(
        self,
        neurons: NeuronsLike,
        over: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return what some neurons feed, over the positions of a layer.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        over
            Over which layer; one of those that they feed (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ParameterError
            If ``over`` is not within one layer.

        Examples
        --------
        >>> graph.plot.projective_field("input_layer[0]@3,3", "conv_0")
        """
        return self._field("projective_field", neurons, over, by, input, model, size)

    def strongest_paths(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        k: int = 10,
        distinct: Distinct = "path",
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return the k strongest paths between neurons, drawn through the layers.

        Parameters
        ----------
        source
            Where the paths begin (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Where the paths end (neurons, required).
        k
            How many paths (int, in paths, at least 1, default 10).
        distinct
            Path: all paths; channel: the strongest over each chain of channels alone; target: the
            strongest to each target alone (path or channel or target, default path).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Examples
        --------
        >>> graph.plot.strongest_paths("input_layer", "dense_1", k=5)
        """
        question = self._graph.question(
            "strongest_paths",
            source=source,
            target=target,
            k=k,
            distinct=distinct,
            by=by,
            input=input,
            model=model,
        )
        hops = self._computed(find_strongest_paths, question)
        if hops.empty:
            raise ParameterError("target: no path leads there; there is nothing to draw")
        title = title_of(f"The {hops['path'].iloc[-1]} strongest paths", question)
        return Picture(
            strongest_paths.draw(hops, layers_of(question), title=title), question.note, size
        )

    def weight_distribution(
        self,
        neurons: NeuronsLike = None,
        *,
        bins: int = 20,
        by: Weighing = "weight",
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return histograms of the weights into each layer.

        Parameters
        ----------
        neurons
            Where the relationships end (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        bins
            Bins a layer (int, in bins, at least 1, at most 1,000,000, default 20).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Examples
        --------
        >>> graph.plot.weight_distribution()
        """
        question = self._graph.question(
            "weight_distribution", neurons=neurons, bins=bins, by=by, model=model
        )
        frame = _require_any("neurons", self._computed(Question.stored_answer, question))
        title = title_of("Weights into each layer", question)
        return Picture(weight_distribution.draw(frame, title=title), question.note, size)

    def _field(
        self,
        name: str,
        neurons: NeuronsLike,
        over: NeuronsLike,
        by: Weighing,
        at: InputLike | None,
        model: str | None,
        size: Size | None,
    ) -> Picture:
        plot(name).checked({"neurons": neurons, "over": over, "by": by, "input": at})
        direction: Literal["in", "out"] = "in" if name == "receptive_field" else "out"
        question = self._graph.question(
            "field_neurons",
            neurons=neurons,
            among=over,
            direction=direction,
            by=by,
            input=at,
            model=model,
        )
        if over is None:
            inputs = [layer.name for layer in question.layers if not layer.inputs]
            question = question.also(
                "field_neurons", **{**question.values, "among": NeuronFilter(layer=inputs)}
            )
        named = _named(question.neurons("neurons", ("id", "name", "layer")))
        title = title_of(f"{name.replace('_', ' ').capitalize()} of {named}", question)
        members = _require_any("over", self._computed(field_neurons, question))
        among = members["layer"].unique()
        if len(among) > 1:
            raise ParameterError(f"over: name one layer, not {listed(list(among))}")
        layers = layers_of(question)
        layer = layers[layers["name"] == among[0]].iloc[0]
        return Picture(field.draw(members, layer, title=title), question.note, size)


def _written(question: Question, name: str, by: str) -> pd.DataFrame:
    """Return a property of the neurons that a question names, not a number where one has none."""
    measure = plot("centrality").parameter("measure")
    question.model.require_property(measure.name, name, measure.choices)
    if by != "weight":
        raise ParameterError(f"by: relationships do not weigh the property {name!r}; leave it out")
    return question.neurons("neurons", (*_MEASURED_NEURONS, name))


def _named(neurons: pd.DataFrame) -> str:
    """Return the name of a neuron, or how many there are and where."""
    if len(neurons) == 1:
        return str(neurons["name"].iloc[0])
    return f"{len(neurons):,} neurons of {listed(list(neurons['layer'].unique()))}"


def _require_any(name: str, neurons: pd.DataFrame) -> pd.DataFrame:
    if neurons.empty:
        raise ParameterError(f"{name}: there are no such neurons; there is nothing to draw")
    return neurons
