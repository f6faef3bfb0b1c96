"""What neurons do over many inputs."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.analysis.over_inputs.groups import Reduce
from queries.answers import over_inputs as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule
from queries.methods.base import Methods


class OverInputsMethods(Methods):
    """What neurons put out over many inputs, and which of these say most to them."""

    def activation_statistics(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        level: CircuitLevel = "neuron",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return how what neurons put out is spread over inputs, and which are never active.

        Memory does not grow with the number of inputs, beyond the inputs themselves.

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
            Which neurons (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        level
            What a row is about: a neuron, or those of a channel or a layer (neuron or channel or
            layer, default neuron).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-dead"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. This query has none: it computes the model at an input, and
            Cypher lacks functions that neurons apply, such as erf.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``id`` (int): id of the neuron; of a channel or a layer that of its first
            - ``name`` (text): name of the neuron, the channel or the layer
            - ``layer`` (text): name of the layer
            - ``neurons`` (int): how many of its neurons are meant
            - ``inputs`` (int): how many inputs there are
            - ``mean`` (float, in units of the neuron's output): mean value
            - ``std`` (float, in units of the neuron's output): standard deviation of the values,
              over all of them
            - ``min`` (float, in units of the neuron's output): smallest value
            - ``max`` (float, in units of the neuron's output): largest value
            - ``active_share`` (float, no unit): share of the values that are not 0, 0 to 1
            - ``positive_share`` (float, no unit): share of the values that are above 0, 0 to 1
            - ``dead`` (int): how many of its neurons are 0 at all inputs

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if there is
            no such column.
        LayerNotFoundError, NeuronNotFoundError
            If there are no such neurons.

        Notes
        -----
        Order of the rows: by id.

        Definition: of the values that activations has, in one pass over batches of inputs. A neuron
        is active at an input where its value is not 0, and dead where it is 0 at all of them. Of a
        channel or a layer the values of its neurons at all inputs are taken together. Batches are
        joined by Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance, in
        double precision.

        Weights that are NaN or infinite: What they feed is NaN or infinite, as in Keras: mean, std,
        min and max are NaN where a value is; NaN counts as active, and not as above 0.

        Examples
        --------
        >>> graph.activation_statistics("samples/digits.npz:0..99", "dense_0")
        """
        question = self._ask(
            "activation_statistics", model, input=input, neurons=neurons, level=level
        )
        return self._answer(
            question, answers.activation_statistics, in_store=in_store, sort=sort, limit=limit
        )

    def top_inputs(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        k: int = 5,
        level: CircuitLevel = "neuron",
        reduce: Reduce = "mean",
        measure: Literal["activation", "attribution"] = "activation",
        towards: str | None = None,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the inputs that activate neurons most, or at which most of a target is theirs.

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
            Which neurons (neurons, default all). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        k
            How many of each (int, in inputs, at least 1, default 5).
        level
            What a row is about: a neuron, or those of a channel or a layer (neuron or channel or
            layer, default neuron).
        reduce
            What a channel or a layer has of its neurons (mean or max, default mean).
        measure
            What is to be large: what neurons put out, or what of a target comes through them,
            through a token id what comes through its token (activation or attribution, default
            activation).
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
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-value"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. This query has none: it computes the model at an input, and
            Cypher lacks functions that neurons apply, such as erf.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``id`` (int): id of the neuron; of a channel or a layer that of its first
            - ``name`` (text): name of the neuron, the channel or the layer
            - ``layer`` (text): name of the layer
            - ``rank`` (int): rank among the inputs; 1 is the largest value
            - ``input`` (text): which sample: its file and row, or its number
            - ``value`` (float, in units of the neuron's output, or of the target): what it puts
              out, or what of the target comes through it
            - ``towards`` (text): the target at that input; null for activation

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if a target or
            a baseline is named for activations, which have none.
        LayerNotFoundError, NeuronNotFoundError
            If there are no such neurons.

        Notes
        -----
        Order of the rows: by id, then by rank.

        Definition: activation maximization over given inputs, and relevance maximization, with
        attribution in place of relevance: Achtibat et al. (2022), From 'Where' to 'What': Towards
        Human-Understandable Explanations through Concept Relevance Propagation, arXiv 2206.03208.
        Of equal values the first input comes first, and NaN comes last.

        Weights that are NaN or infinite: A value that is NaN, as in Keras, comes last. Attributions
        are not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.top_inputs("samples/digits.npz:0..99", "dense_0[0..3]", k=2)
        """
        question = self._ask(
            "top_inputs",
            model,
            input=input,
            neurons=neurons,
            k=k,
            level=level,
            reduce=reduce,
            measure=measure,
            towards=towards,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(question, answers.top_inputs, in_store=in_store, sort=sort, limit=limit)
