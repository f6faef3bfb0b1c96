"""The plots of what a model does at an input."""

import pandas as pd

from queries.answers.attention import attention
from queries.answers.attribution import saliency
from queries.answers.attribution_paths import attribution_paths
from queries.answers.circuit import circuit, circuit_nodes
from queries.answers.question import Question
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.core.wording import option
from queries.errors import ParameterError, listed
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule, Pruning
from queries.library.plots import plot
from queries.plots import attention as attentions
from queries.plots import attribution_paths as paths
from queries.plots import circuit as circuits
from queries.plots import effective_weights
from queries.plots.base import GraphPlots, layers_of
from queries.plots.images import images_of
from queries.plots.picture import Picture, Size
from queries.plots.short_names import short_name


class AtInputPlots(GraphPlots):
    """The plots that take an input."""

    def attention(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        layer: str | None = None,
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return where a model attends at an input, as an image a head.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        layer
            The attention, by the name of its layer or of what that is a part of; by default all
            (text).
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
        LayerNotFoundError
            If the model has no attention of the name.
        ParameterError
            If there are several samples, no attention, or more than 100,000 weights or 100 images
            would have to be drawn.

        Examples
        --------
        >>> graph.plot.attention("3,1,4,2,3,1,4,2")
        """
        question = self._graph.question("attention", input=input, layer=layer, model=model)
        self._require_one(question, "the attention of one is drawn")
        frame = self._computed(attention, question)
        if frame.empty:
            raise ParameterError(f"model {question.model.name!r} has no attention to be drawn")
        heads = len(frame.drop_duplicates(["layer", "head"]))
        if len(frame) > attentions.MOST_CELLS or heads > effective_weights.MOST_IMAGES:
            raise ParameterError(
                f"layer: the patterns have {len(frame):,} weights in {heads:,} images, and "
                f"{attentions.MOST_CELLS:,} in {effective_weights.MOST_IMAGES} are drawn at most; "
                f"name one layer, such as {frame['layer'].iloc[0]}"
            )
        names = frame["layer"].unique()
        what = f"Attention {short_name(names[0])}" if len(names) == 1 else "Attention"
        title = f"{what} at {frame['input'].iloc[0]}, model {question.model.name}"
        return Picture(attentions.draw(frame, title=title), question.note, size)

    def attribution_paths(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        source: NeuronsLike = None,
        *,
        towards: str | None = None,
        k: int = 10,
        level: CircuitLevel = "neuron",
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return the k strongest paths of an answer at an input, drawn through the layers.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        source
            Where the paths begin: neurons of inputs, or such as have a bias (neurons, default all).
            Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a
            column ``id``, or a ``NeuronFilter``.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        k
            How many paths of each input (int, in paths, at least 1, default 10).
        level
            Between what the paths go. Between neurons of a convolution they are many, and a few
            explain little: see share and mass_share (neuron or channel or layer, default neuron).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
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
            If there are several samples, or no path leads to the target.

        Examples
        --------
        >>> graph.plot.attribution_paths("samples/digits.npz:7", level="channel")
        """
        question = self._graph.question(
            "attribution_paths", input=input, source=source, towards=towards, k=k, level=level,
            rule=rule, products=products, baseline=baseline, steps=steps, model=model,
        )  # fmt: skip
        self._require_one(question, "the paths of one are drawn")
        hops = self._computed(attribution_paths, question)
        if hops.empty:
            raise ParameterError("towards: no path leads there; there is nothing to draw")
        first, last = hops.iloc[0], hops.iloc[-1]
        title = (
            f"{last['path']} paths of {first['towards']} at {first['input']}, "
            f"model {question.model.name}"
        )
        return Picture(paths.draw(hops, layers_of(question), title=title), question.note, size)

    def circuit(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return the circuit of an answer at an input, drawn through the layers.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
        node_share
            Nodes are kept until they have this share of all influence; with attribution all are
            (float, no unit, at least 0, at most 1, default 0.8).
        edge_share
            Relationships between them are kept until they have this share (float, no unit, at least
            0, at most 1, default 0.98).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
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
            If there are several samples, or more than 3,000 relationships would have to be drawn.

        Examples
        --------
        >>> graph.plot.circuit("samples/digits.npz:7")
        """
        values = {
            "input": input, "towards": towards, "level": level, "prune": prune,
            "node_share": node_share, "edge_share": edge_share, "rule": rule,
            "products": products, "baseline": baseline, "steps": steps,
        }  # fmt: skip
        question = self._graph.question("circuit", model=model, **values)
        self._require_one(question, "the circuit of one is drawn")
        edges = self._computed(circuit, question)
        if len(edges) > circuits.MOST_EDGES:
            raise ParameterError(
                f"the circuit has {len(edges):,} relationships, and {circuits.MOST_EDGES:,} are "
                "drawn at most; take smaller shares, or the level channel or layer"
            )
        nodes = self._computed(circuit_nodes, question.also("circuit_nodes", **question.values))
        title = (
            f"Circuit of {nodes['towards'].iloc[0]} at {nodes['input'].iloc[0]}, "
            f"model {question.model.name}"
        )
        return Picture(circuits.draw(edges, nodes, title=title), question.note, size)

    def saliency(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        towards: str | None = None,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return what of a target comes through each pixel, as images of the input.

        Of an input of tokens it is what comes through the token at each position.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        neurons
            Which neurons, of one layer (neurons, default the input). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
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
            If ``neurons`` are not within one layer, or are not said of a model of several inputs;
            or if more than 100 images would have to be drawn.

        Examples
        --------
        >>> graph.plot.saliency("samples/digits.npz:7")
        """
        checked = plot("saliency").checked({"input": input, "neurons": neurons})
        meant = checked["neurons"] or self._input(model)
        question = self._graph.question(
            "attribution", input=input, neurons=meant, towards=towards, rule=rule,
            products=products, baseline=baseline, steps=steps, model=model,
        )  # fmt: skip
        sources = question.neurons("neurons")
        if len(among := sources["layer"].unique()) != 1:
            raise ParameterError(f"neurons: name one layer, not {listed(list(among)) or 'none'}")
        found = self._computed(saliency, question)
        targets = (found["towards"] + " at " + found["input"]).unique()
        count = len(targets) * len(images_of(sources).names)
        if count > effective_weights.MOST_IMAGES:
            raise ParameterError(
                f"{option('input')}: that is an image for each of {len(targets):,} samples and "
                f"each channel, {count:,} in all, and {effective_weights.MOST_IMAGES} are drawn "
                "at most"
            )
        number = pd.Series(range(len(targets)), index=targets)
        pairs = pd.DataFrame(
            {
                "source": found["id"],
                "source_name": found["name"],
                "target_name": found["towards"] + " at " + found["input"],
                "weight": found["attribution"],
            }
        )
        pairs["target"] = number[pairs["target_name"]].to_numpy()
        drawn = effective_weights.draw(
            pairs,
            sources,
            pd.DataFrame({"id": number.to_numpy(), "name": targets}),
            title=f"What of a target comes through {among[0]}, model {question.model.name}",
            bar="attribution (units of the target)",
        )
        return Picture(drawn, question.note, size)

    @staticmethod
    def _require_one(question: Question, what: str) -> None:
        """Raise ParameterError where there are several samples."""
        if (samples := question.given().samples) > 1:
            raise ParameterError(f"{option('input')}: {samples:,} samples, and {what}")

    def _input(self, model: str | None) -> str:
        """Return the name of the only input."""
        layers = self._graph.question("layers", model=model).layers
        names = [layer.name for layer in layers if layer.is_input]
        if len(names) > 1:
            raise ParameterError(f"neurons: name one of the inputs, {listed(names)}")
        return names[0] if names else layers[0].name
